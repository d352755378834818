import { expect, it } from 'vitest';
import { dayOfScans } from './scans.ts';

it('a day of scans without news is counted whole: messages, invocations, one write a scan, one of the day', async () => {
  const { scans, invocations, queueRequests, writes } = await dayOfScans();
  expect({ scans, invocations, queueRequests, writes }).toEqual({
    scans: 40,
    invocations: 44,
    queueRequests: 84,
    writes: 50,
  });
});
