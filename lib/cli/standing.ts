import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Status } from '../jobs/status.ts';
import type { Policy } from '../policy/policy.ts';
import { parseReference } from '../policy/reference.ts';
import { version } from '../version.ts';
import { textOf } from './args.ts';
import { type Command, type Context, type ExitCode, exit } from './command.ts';
import { commands } from './commands.ts';
import { configName } from './session.ts';
import { stackName } from './stack.ts';
import { timeText } from './time-text.ts';

/** Where one stands, and the one command that goes on from there. */
export type Standing = {
  standing:
    | 'no-policy'
    | 'no-credential'
    | 'never-scanned'
    | 'stopped'
    | 'held'
    | 'failing'
    | 'waiting'
    | 'open'
    | 'clean';
  text: string;
  next: string;
};

const many = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

const unset = (policy: Policy, env: Context['env']): string | undefined =>
  policy.accounts
    .flatMap(({ credentials }) => Object.values(credentials).map(parseReference))
    .find((reference) => reference?.source === 'env' && !env[reference.name])?.name;

const reason = '--reason "…"';

type Look = (status: Status) => Standing | null;

/** What comes first wins: the most pressing first. */
const looks: readonly Look[] = [
  ({ stopped }) =>
    stopped && {
      standing: 'stopped',
      text: `Stopped since ${timeText(stopped.at)} by ${stopped.actor}: ${stopped.reason}`,
      next: 'hooksweep start',
    },
  ({ held }) =>
    held[0]
      ? {
          standing: 'held',
          text: `${many(held.length, 'record')} held for a person; the first: ${held[0].record}, ${held[0].held}`,
          next: `hooksweep release "${held[0].record}" ${reason}`,
        }
      : null,
  ({ accounts }) => {
    const failing = accounts.filter(({ scopes }) => scopes.some(({ lastFailure }) => lastFailure !== null));
    const names = failing.map(({ account }) => account).join(', ');
    return names === ''
      ? null
      : { standing: 'failing', text: `The last scan failed at ${names}.`, next: 'hooksweep doctor' };
  },
  ({ plans }) => {
    const plan = plans.find(({ status }) => status === 'pending' || status === 'halted');
    const lapses = plan && timeText(plan.lapsesAt);
    return plan
      ? {
          standing: 'waiting',
          text: `A plan for ${plan.account} waits for you until ${lapses}: ${many(plan.items, 'webhook')}, shown by hooksweep scan.`,
          next: `hooksweep approve ${plan.planId} ${reason}`,
        }
      : null;
  },
  ({ due }) => {
    const [first] = due;
    const when = first?.dueAt ? `; the next is due ${timeText(first.dueAt)}` : '';
    return first
      ? {
          standing: 'open',
          text: `${many(due.length, 'record')} on the way${when}.`,
          next: 'hooksweep run --until-idle',
        }
      : null;
  },
  ({ accounts }) => {
    const good = accounts.flatMap(({ scopes }) => scopes.flatMap(({ lastGood }) => lastGood ?? []));
    const last = good
      .map(({ at }) => at)
      .toSorted()
      .at(-1);
    const webhooks = good.reduce((sum, one) => sum + one.webhooks, 0);
    const text = `All clean: ${many(webhooks, 'webhook')} in ${many(accounts.length, 'account')}, last looked at ${timeText(last ?? '')}.`;
    return last === undefined ? null : { standing: 'clean', text, next: 'hooksweep run --until-idle' };
  },
];

const pressing = (status: Status): Standing | undefined =>
  looks.map((look) => look(status)).find((standing) => standing !== null);

/** @param status null where nothing is kept yet */
export const standingOf = (policy: Policy, status: Status | null, env: Context['env']): Standing => {
  const found = status && pressing(status);
  if (found) return found;
  const name = unset(policy, env);
  const accounts = many(policy.accounts.length, 'account');
  return name === undefined
    ? {
        standing: 'never-scanned',
        text: `A policy with ${accounts}, never scanned.`,
        next: 'hooksweep scan --out plan.json',
      }
    : { standing: 'no-credential', text: `A policy with ${accounts}; ${name} is not set.`, next: `export ${name}=…` };
};

const word = (text: string): string => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** The next command, on the same file and folder. */
const onTheSame = ({ values }: Context, { next, ...rest }: Standing): Standing => {
  const named = (['config', 'local', 'stack'] as const).flatMap((name) => {
    const value = textOf(values, name);
    return value ? [`--${name} ${word(value)}`] : [];
  });
  return { ...rest, next: next.startsWith('hooksweep') ? [next, ...named].join(' ') : next };
};

/** A stack scans and works by itself: what is left for a person is to decide, or to look. */
const onStack = async (context: Context): Promise<Standing> => {
  const desk = await context.desk('none');
  try {
    const found = pressing(await desk.ask('status', {}));
    if (!found) return { standing: 'never-scanned', text: 'It has not scanned yet.', next: 'hooksweep status' };
    const isDecision = ['stopped', 'held', 'waiting'].includes(found.standing);
    return isDecision ? found : { ...found, next: 'hooksweep status' };
  } finally {
    await desk.close();
  }
};

const onMachine = async (context: Context): Promise<Standing> => {
  const name = configName(context);
  if (!existsSync(resolve(context.cwd, name)))
    return { standing: 'no-policy', text: `There is no policy here: ${name} is missing.`, next: 'hooksweep init' };
  const policy = await context.policy();
  const desk = await context.desk('none');
  try {
    const status = desk.directory === null ? null : await desk.ask('status', {});
    return standingOf(policy, status, context.env);
  } finally {
    await desk.close();
  }
};

const run = async (context: Context): Promise<ExitCode> => {
  const { out } = context;
  const found = onTheSame(context, await (stackName(context) === null ? onMachine : onStack)(context));
  const names = commands.map(({ name, summary }) => ({ command: name, summary }));
  out.document({ version, ...found, commands: names });
  out.line(found.text);
  out.line(`Next: ${out.style.bold(found.next)}`);
  out.line(out.style.dim('hooksweep --help shows all commands.'));
  return exit.ok;
};

/** What `hooksweep` alone does. */
export const standing: Command = {
  name: '',
  summary: 'Show where you stand, and the next step.',
  usage: '',
  about: 'Shows where you stand, and the next step as one command.',
  effects: { reads: 'the policy file and what is kept', changes: 'nothing' },
  options: {},
  optionHelp: {},
  positionals: { min: 0, max: 0 },
  examples: ['hooksweep'],
  run,
};
