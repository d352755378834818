import { CommandError } from './command.ts';

export const portHelp = 'NUMBER  default: any free one';

/** Why nothing could listen on this port, for people; null where the error is about something else. */
export const portProblem = (error: unknown, port: number): CommandError | null => {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return null;
  return new CommandError({
    code: 'port-in-use',
    message: `the port ${port} on 127.0.0.1 ${code === 'EACCES' ? 'may not be used' : 'is in use'}`,
    hint: 'name another one, or leave --port away for any free one',
  });
};
