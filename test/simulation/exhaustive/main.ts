import { parseArgs } from 'node:util';
import { type Bounds, type Part, parts } from './model.ts';
import { search } from './search.ts';

const { values } = parseArgs({
  options: {
    webhooks: { type: 'string', default: '4' },
    workers: { type: 'string', default: '3' },
    attempts: { type: 'string', default: '1' },
    way: { type: 'string', default: 'disable' },
    states: { type: 'string', default: 'Infinity' },
    without: { type: 'string' },
  },
});

const without = values.without as Part | undefined;
if (without !== undefined && !parts.includes(without)) throw new Error(`--without knows ${parts.join(', ')}`);
const bounds: Bounds = {
  events: Array.from({ length: Number(values.webhooks) }, () => ['PAID']),
  workers: Number(values.workers),
  attempts: Number(values.attempts),
  way: values.way as Bounds['way'],
  statesMax: Number(values.states),
  ...(without && { without }),
};
const began = performance.now();
const { states, transitions, rests, violations, whole } = await search(bounds, (count) =>
  process.stderr.write(`${count} states\n`),
);
const seconds = ((performance.now() - began) / 1000).toFixed(1);
process.stdout.write(
  `${values.webhooks} webhooks, ${values.workers} workers that die at any step any number of times, way ${values.way}: ` +
    `${states} states, ${transitions} transitions, ${rests} ends, ${violations.length} violations, ` +
    `${whole ? 'all of them' : 'not all of them'}, ${seconds} s\n${violations.join('\n')}\n`,
);
process.exitCode = violations.length > 0 ? 1 : 0;
