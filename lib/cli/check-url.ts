import { judgeUrl } from '../detect/host.ts';
import { redactUrl } from '../url.ts';
import { textOf } from './args.ts';
import { type Command, type Context, type ExitCode, exit, type Output } from './command.ts';
import { tableLines } from './table.ts';

/** Test hosts of the policy, where one was named. */
const ownHosts = async (context: Context): Promise<string[]> => {
  if (textOf(context.values, 'config') === undefined) return [];
  const { accounts } = await context.policy();
  return [...new Set(accounts.flatMap(({ rules }) => rules.test?.hosts ?? []))];
};

const colours = (style: Output['style']) => ({
  test: style.red,
  report: style.yellow,
  security: (text: string) => style.bold(style.red(text)),
  ok: style.green,
  unparseable: style.yellow,
});

const run = async (context: Context): Promise<ExitCode> => {
  const { positionals, out } = context;
  const hosts = await ownHosts(context);
  const judged = positionals.map((raw) => {
    const { verdict, confidence, evidence } = judgeUrl(raw, { hosts });
    return { url: redactUrl(raw), verdict, confidence, evidence };
  });
  out.document(judged);
  const rows = judged.map(({ url, verdict, confidence, evidence }) => [
    { text: verdict, style: colours(out.style)[verdict] },
    confidence ?? '',
    url,
    evidence,
  ]);
  for (const line of tableLines(rows)) out.line(line);
  return exit.ok;
};

export const checkUrl: Command = {
  name: 'check-url',
  summary: 'Show what the rules say of URLs.',
  usage: 'URL…',
  about: `Says of each URL whether its host is one of tests (test), may be one (report), is a probe of attackers and testers
(security) or neither (ok), with the evidence. With --config it knows your own test hosts too. Calls nobody, not even the
URLs. Exit codes: 0, 1 no URL was given.`,
  effects: { reads: 'the URLs as text, and the policy where it is named', changes: 'nothing' },
  options: {},
  optionHelp: {},
  positionals: { min: 1, max: Number.POSITIVE_INFINITY },
  examples: ['hooksweep check-url https://quick-fox.loca.lt/hook', 'hooksweep check-url --json http://10.0.0.7/x'],
  run,
};
