import type { Policy } from '../policy/policy.ts';

const withoutNotices = (policy: Policy): Policy => ({
  ...policy,
  accounts: policy.accounts.map((account) => ({ ...account, notify: {} })),
});

/**
 * The policy as a function heeds it. `NOTICES=off` in its environment is as if it named no target: nobody is told, and nothing
 * waits for that. Its hash stays.
 */
export const heeded = (policy: Policy, environment: Readonly<Record<string, string | undefined>>): Policy => {
  const { NOTICES: notices = 'on' } = environment;
  if (notices !== 'on' && notices !== 'off')
    throw new Error(`the environment variable NOTICES is ${JSON.stringify(notices)}; write on or off`);
  return notices === 'off' ? withoutNotices(policy) : policy;
};
