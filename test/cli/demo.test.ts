import { expect, it } from 'vitest';
import { workplace } from '../e2e/workplace.ts';

it('the tour ends by itself, shows each stage, and names no secret', async () => {
  const { ok } = workplace('');
  const { stdout } = await ok('demo');
  for (const stage of ['protected', /(\d) of \1 taken/, /\d deleted/, /\d entries, 0 broken/, 'hooksweep init modulus'])
    expect(stdout).toMatch(stage);
  expect(stdout).not.toMatch(/sk_sandbox_|token=[0-9a-f]/);
});
