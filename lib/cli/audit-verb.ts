import { quote, suggestion } from '../policy/wording.ts';
import { CommandError, type Context } from './command.ts';

const verbs = ['verify', 'summary', 'export'] as const;

/** What `audit` is asked to do; `show` where nothing is said. */
export type Verb = (typeof verbs)[number] | 'show';

const refuse = (code: string, message: string, hint: string): never => {
  throw new CommandError({ code, message, hint });
};

/** Options that do something for one verb only. */
const owners: Readonly<Record<string, Verb>> = {
  ...{ csv: 'show', history: 'show', limit: 'show', follow: 'show' },
  ...{ key: 'export', fingerprint: 'verify' },
};

const checkOptions = ({ values, out }: Context, verb: Verb, directory: string | undefined): void => {
  for (const [option, owner] of Object.entries(owners))
    if (values[option] !== undefined && owner !== verb)
      refuse(
        'bad-value',
        `--${option} does nothing for audit ${verb}`,
        `leave it out, or write hooksweep audit ${owner === 'show' ? '' : `${owner} `}--${option}`,
      );
  if (values.fingerprint !== undefined && directory === undefined)
    refuse('bad-value', '--fingerprint belongs to an export', 'write hooksweep audit verify DIR --fingerprint …');
  if (values.csv && out.json) refuse('bad-value', '--csv and --json exclude each other', 'leave one out');
};

/**
 * The verb, and the folder behind it.
 *
 * @throws CommandError where there is no such verb, or an option would do nothing
 */
export const verbOf = (context: Context): { verb: Verb; directory: string | undefined } => {
  const [text, directory] = context.positionals;
  const verb = text === undefined ? 'show' : verbs.find((one) => one === text);
  if (verb === undefined)
    return refuse('unknown-command', `audit knows no ${quote(text)}`, suggestion(text ?? '', verbs));
  if (verb === 'export' && directory === undefined)
    refuse('missing-argument', 'export needs a folder', 'write hooksweep audit export DIR');
  if (verb === 'summary' && directory !== undefined)
    refuse('extra-argument', `summary takes nothing like ${quote(directory)}`, 'write hooksweep audit summary');
  checkOptions(context, verb, directory);
  return { verb, directory };
};
