import { SQSClient } from '@aws-sdk/client-sqs';
import { readOnlyTable } from '../lib/audit/table.ts';
import { jobCounter } from '../lib/jobs/queue.ts';
import { read } from '../lib/requests/read.ts';
import { serve } from '../lib/requests/serve.ts';
import { identify } from './identify.ts';
import { lambdaPorts, type MakePorts, type Reach } from './ports.ts';

/** Only `why` reads at a provider: the others start without the code for it. */
const openLater: NonNullable<Reach['open']> = (learn) => {
  let opened: Promise<ReturnType<NonNullable<Reach['open']>>> | undefined;
  return async (account) => {
    opened ??= import('./open.ts').then(({ openAccounts }) => openAccounts(learn));
    return (await opened)(account);
  };
};

/** The right to read: `query` (the default), `verify`, `status`, `why`, `policy` and `backtest`. Its role can write nothing. */
export const auditHandler = (makePorts: MakePorts) =>
  serve({ requests: read, preset: 'query', caller: 'not' }, makePorts, identify);

export const handler = auditHandler(
  lambdaPorts({
    table: readOnlyTable,
    deadLetters: ({ dead }) => jobCounter(new SQSClient({}), dead).depth,
    open: openLater,
  }),
);
