import { describe, expect, it } from 'vitest';
import { approve } from '../../lib/jobs/decide.ts';
import { enqueue } from '../../lib/jobs/enqueue.ts';
import { previewAccounts } from '../../lib/jobs/look.ts';
import type { Account } from '../../lib/policy/policy.ts';
import type { Call } from '../../lib/providers/http.ts';
import { createOpener } from '../../lib/providers/open.ts';
import { providers } from '../../lib/providers/registry.ts';
import { accountNamed, hour, shop, testHook, webhook } from '../jobs/world.ts';

/** What tells the environment: the key itself, or the address that it belongs to. */
const told = {
  modulus: {
    sandbox: { baseUrl: 'https://webhooks.sbx.moduluslabs.io', credentials: { secretKey: 'x' } },
    production: { baseUrl: 'https://webhooks.moduluslabs.io', credentials: { secretKey: 'x' } },
  },
  omise: {
    sandbox: { baseUrl: 'https://api.omise.co', credentials: { secretKey: 'skey_test_5x' } },
    production: { baseUrl: 'https://api.omise.co', credentials: { secretKey: 'skey_live_5x' } },
  },
  stripe: {
    sandbox: { baseUrl: 'https://api.stripe.com', credentials: { apiKey: 'rk_test_5x' } },
    production: { baseUrl: 'https://api.stripe.com', credentials: { apiKey: 'rk_live_5x' } },
  },
  simpay: {
    production: { baseUrl: 'https://api.somossimpay.com.br', credentials: { clientId: 'x', clientSecret: 'x' } },
  },
} as const;

type Case = [string, Account['environment'], Account['environment'], Pick<Account, 'baseUrl' | 'credentials'>];
const cases = Object.entries(told).flatMap(([provider, keys]) =>
  Object.entries(keys).map(([of, given]): Case => {
    const account = of === 'sandbox' ? 'production' : 'sandbox';
    return [provider, of as Account['environment'], account, given];
  }),
);

/** An account whose credentials are these values, opened for real over a transport that only counts. */
const opened = (provider: string, environment: Account['environment'], given: Case[3]) => {
  const calls: Call[] = [];
  const http = {
    call: async (call: Call) => {
      calls.push(call);
      return { kind: 'answer', status: 200, headers: {}, json: {}, text: '{}' } as never;
    },
  };
  const references = Object.fromEntries(
    Object.keys(given.credentials).map((name) => [name, `env:${name.toUpperCase()}`]),
  );
  const values = Object.fromEntries(
    Object.entries(given.credentials).map(([name, value]) => [name.toUpperCase(), value]),
  );
  const read = async (name: string) => ({ status: 'ok', value: values[name] ?? '' }) as const;
  const account = accountNamed('shop', {
    ...{ provider, environment, baseUrl: given.baseUrl, credentials: references },
    options: provider === 'simpay' ? { sourceAccounts: [{ branch: '0001', number: '1' }] } : {},
  });
  const open = createOpener(providers, { env: read, ssm: read, secretsmanager: read }, http);
  return { account, open, calls };
};

describe.each(cases)('%s, with what belongs to %s in an account of %s', (provider, _of, environment, given) => {
  const setUp = () => {
    const { account, open, calls } = opened(provider, environment, given);
    const w = shop([webhook('live'), testHook('a')], { provider, environment });
    const policy = { ...w.ports.policy, accounts: [account] };
    return { w, calls, wrong: { ...w.ports, policy, open } };
  };

  it('is refused before the first request, whoever asks, without showing the key', async () => {
    const { w, calls, wrong } = setUp();
    const [preview] = await previewAccounts(wrong, ['shop'], { acceptShrink: false });
    expect(preview?.plan.scopes[0]).toMatchObject({ status: 'error', error: { code: 'access' } });
    expect(preview?.plan.scopes[0]?.error?.hint).toContain('nothing was called');
    for (const value of Object.values(given.credentials))
      if (value.length > 1) expect(JSON.stringify(preview)).not.toContain(value);
    const asked = await enqueue(wrong, { account: 'shop', webhookId: 'a', step: 'delete', reason: 'x', now: false });
    expect([asked.ok, calls, w.remote.calls]).toEqual([false, [], []]);
  });

  it('stops a worker that was under way with another key, and waits', async () => {
    const { w, calls, wrong } = setUp();
    const { plan } = await w.scan('shop');
    await approve(w.ports, plan.planId, 'looked at');
    w.pass(25 * hour);
    w.ports.policy = wrong.policy;
    w.ports.open = wrong.open;
    await w.run(6 * hour, 60_000);
    expect([calls, w.remote.mutations(), w.record('shop', 'a').state]).toEqual([[], [], 'approved']);
  });
});

describe('an account whose key is of its environment', () => {
  it.each(cases)('of %s (%s) is opened', async (provider, of, _account, given) => {
    const { account, open } = opened(provider, of, given);
    expect((await open(account)).status).toBe('ok');
  });
});
