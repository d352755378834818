import { parseFor, splitCommand } from '../../lib/cli/args.ts';
import { commands } from '../../lib/cli/commands.ts';

/** The words of a line as a POSIX shell would hand them on; knows quotes, not expansions. */
export const wordsOf = (line: string): string[] =>
  [...line.matchAll(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, (_, single, double, escaped) => single ?? double ?? escaped),
  );

/** Parses a line `hooksweep …` as the command line does. Throws what people would be told. */
export const parseLine = (line: string) => {
  const [program, ...argv] = wordsOf(line);
  if (program !== 'hooksweep') throw new Error(`${line} is no line of hooksweep`);
  const split = splitCommand(
    argv,
    commands.map(({ name }) => name),
  );
  const command = commands.find(({ name }) => name === split.name);
  if (!command) throw new Error(`there is no command ${split.name}`);
  return { name: command.name, ...parseFor(command, split.rest) };
};
