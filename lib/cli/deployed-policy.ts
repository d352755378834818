import { systemClock } from '../clock.ts';
import { parsePolicyDocument } from '../policy/packaged.ts';
import type { Policy } from '../policy/policy.ts';
import { CommandError, type Context } from './command.ts';
import { stackDesk } from './stack.ts';

/** The policy that a deployed stack works by. The caller needs the right to read there. */
export const deployedPolicy = async (stack: string, context: Pick<Context, 'signal'>): Promise<Policy> => {
  const desk = await stackDesk(stack, context, systemClock);
  try {
    const { policy } = await desk.ask('policy', {});
    return parsePolicyDocument(JSON.stringify(policy ?? null), stack);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const hint = 'it may be of another version; deploy it again';
    throw new CommandError({ code: 'stack', message: (error as Error).message, hint });
  } finally {
    await desk.close();
  }
};
