import { needsYes } from '../requests/consent.ts';
import { CommandError, type Context, exit } from './command.ts';

/**
 * Does what may want a yes: `--yes` gives it, else a person at the terminal is asked once it turns out to be wanted. What
 * wants a yes has changed nothing until then.
 */
export const agreed = async <T>(
  { values, out }: Pick<Context, 'values' | 'out'>,
  act: (yes: boolean) => Promise<T>,
): Promise<T> => {
  try {
    return await act(values.yes === true);
  } catch (error) {
    if (!(error instanceof CommandError) || error.failure.code !== needsYes || !out.interactive) throw error;
    if (await out.confirm(`${error.failure.message}. Go on?`)) return act(true);
    throw new CommandError(
      { code: 'declined', message: 'nothing was agreed to', hint: 'run it again when you are sure' },
      exit.refused,
    );
  }
};
