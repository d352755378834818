import { describe, expect, it } from 'vitest';
import { heeded } from '../../lib/notices/off.ts';
import { accountNamed } from '../jobs/world.ts';

const policy = {
  version: 1 as const,
  hash: 'sha256:1',
  accounts: [
    accountNamed('shop', { notify: { sns: 'arn:aws:sns:eu-central-1:123456789012:t' } }),
    accountNamed('till'),
  ],
};

describe('notices', () => {
  it('are as the policy says, where nothing else is said', () => {
    expect(heeded(policy, {})).toBe(policy);
    expect(heeded(policy, { NOTICES: 'on' })).toBe(policy);
  });

  it('are off for all accounts by NOTICES=off, under the same policy', () => {
    const { accounts, hash } = heeded(policy, { NOTICES: 'off' });
    expect(accounts.map(({ notify }) => notify)).toEqual([{}, {}]);
    expect(hash).toBe(policy.hash);
  });

  it('are not guessed at', () => {
    expect(() => heeded(policy, { NOTICES: 'false' })).toThrow('write on or off');
  });
});
