import { expect, it } from 'vitest';
import { readTemplate } from '../../infra/local/template.ts';
import { limits } from '../../lib/limits.ts';

it('sweeps as often as the limits say, so that no notice falls between two sweeps', () => {
  const sweep = readTemplate().schedules.find(({ input }) => (input as { kind?: string }).kind === 'sweep');
  expect(sweep?.everyMs).toBe(limits.sweepEveryMs);
  expect(limits.noticeEveryMs % limits.sweepEveryMs).toBe(0);
});
