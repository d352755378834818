import type { Clock } from '../clock.ts';
import { parsedAs, type Request } from '../requests/request.ts';
import { type Answer, type Asked, type RequestName, requests } from '../requests/requests.ts';
import type { Session } from './command.ts';

/** Where a command asks: this machine, or a stack. Both carry out the same requests, so both give the same answer. */
export type Desk = {
  /** @throws CommandError as the request does, wherever it is carried out */
  ask<Name extends RequestName>(name: Name, asked: Asked<Name>): Promise<Answer<Name>>;
  clock: Clock;
  /** The folder of the embedded stack; null with a deployed one, and where nothing was ever kept. */
  directory: string | null;
  /** Why nothing can be found; null where something may be. */
  nothingKept: string | null;
  /** Who carries out what is queued; null where nobody does by now. */
  carrier: string | null;
  /** Who asks, as an export names its maker. */
  actor: string;
  close(): Promise<void>;
};

export const localDesk = ({ ports, directory, running, close }: Session): Desk => ({
  ask: async <Name extends RequestName>(name: Name, asked: Asked<Name>) => {
    const { schema, handle } = requests[name] as unknown as Request;
    return handle(ports, parsedAs(name, schema, asked)) as Promise<Answer<Name>>;
  },
  clock: ports.clock,
  directory,
  nothingKept: directory === null ? 'nothing is kept here yet: hooksweep run begins it' : null,
  carrier: running ? 'The hooksweep that runs on this folder carries it out.' : null,
  actor: ports.actor,
  close,
});

/** What to do next, where something was queued. */
export const nextStep = ({ carrier }: Desk): string => carrier ?? 'Next: hooksweep run --until-idle';
