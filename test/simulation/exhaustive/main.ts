import { parseArgs } from 'node:util';
import type { Bounds } from './model.ts';
import { search } from './search.ts';

const { values } = parseArgs({
  options: {
    webhooks: { type: 'string', default: '4' },
    workers: { type: 'string', default: '3' },
    crashes: { type: 'string', default: '1' },
    attempts: { type: 'string', default: '1' },
    way: { type: 'string', default: 'disable' },
    states: { type: 'string', default: '5000000' },
    'read-first': { type: 'boolean', default: false },
    'without-busy': { type: 'boolean', default: false },
  },
});

const bounds: Bounds = {
  events: Array.from({ length: Number(values.webhooks) }, () => ['PAID']),
  workers: Number(values.workers),
  crashes: Number(values.crashes),
  attempts: Number(values.attempts),
  way: values.way as Bounds['way'],
  statesMax: Number(values.states),
  readFirst: values['read-first'],
  withoutBusy: values['without-busy'],
};
const began = performance.now();
const { states, transitions, rests, violations, whole } = await search(bounds);
const seconds = ((performance.now() - began) / 1000).toFixed(1);
process.stdout.write(
  `${states} states, ${transitions} transitions, ${rests} ends, ${violations.length} violations, ` +
    `${whole ? 'all of them' : 'not all of them'}, ${seconds} s\n${violations.join('\n')}\n`,
);
process.exitCode = violations.length > 0 ? 1 : 0;
