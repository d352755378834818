import { describe, expect, it } from 'vitest';
import { deletedOne, deployed, firstProposed } from './stack-world.ts';

type Restored = { results: { ok: boolean; detail: string }[] };

const wholeUrl = 'https://quick-fox.loca.lt/hook?token=planted-t0ken-in-the-url';
const ownSecret = 'planted-secret-for-signing';

describe('a restore through a stack, of a webhook with secrets of its own', () => {
  it('takes them by reference below the name for them, and leaves them nowhere', { timeout: 120_000 }, async () => {
    const place = await deployed('github', { '/hooksweep/dev/github/token': 'key of the provider' });
    const { simulator, parameters, stack, ask, ok, until, creations } = place;
    const { webhookId, scope } = await firstProposed(place);
    const hook = simulator.state.get(webhookId);
    if (hook) hook.url = wholeUrl;
    const name = await deletedOne(place, 'github', webhookId, scope);
    const secrets = (url: string) => ['--secret', `url=${url}`, '--secret', 'secret=ssm:/hooksweep/dev/_given/signing'];
    const restore = async (url: string) =>
      JSON.parse((await ask('restore', name, '--reason', 'needed', ...secrets(url))).stdout);

    const calls = stack.calls.length;
    const pasted = await ask('restore', name, '--secret', `url=${wholeUrl}`);
    expect([pasted.code, pasted.stdout]).toEqual([1, expect.stringContaining('--stack NAME=ssm:/PATH')]);
    expect([stack.calls.length, pasted.stdout.includes('planted')]).toEqual([calls, false]);

    for (const elsewhere of ['env:WHOLE_URL', 'ssm:/hooksweep/dev/github/token', 'ssm:/hooksweep/dev/_issued/x'])
      expect((await restore(elsewhere)).error).toMatchObject({
        code: 'no-secret',
        hint: expect.stringContaining('url=ssm:/hooksweep/dev/_given/NAME'),
      });

    const missing: Restored = await restore('ssm:/hooksweep/dev/_given/url');
    expect(missing.results).toMatchObject([{ ok: false, detail: expect.stringContaining('(ParameterNotFound)') }]);
    expect(await place.record(name)).toMatchObject({ state: 'deleted' });

    parameters.values.set('/hooksweep/dev/_given/url', wholeUrl);
    parameters.values.set('/hooksweep/dev/_given/signing', ownSecret);
    expect((await restore('ssm:/hooksweep/dev/_given/url')).results).toMatchObject([{ ok: true }]);
    parameters.values.delete('/hooksweep/dev/_given/url');
    for (let rounds = 0; rounds < 3; rounds++) await place.round();
    expect(await place.record(name)).toMatchObject({
      state: 'restoring',
      held: expect.stringContaining('ParameterNotFound'),
    });
    expect(creations()).toEqual([]);

    parameters.values.set('/hooksweep/dev/_given/url', wholeUrl);
    await ok('release', name, '--reason', 'it is there again');
    const { restoredAs = '' } = await until(name, 'restored');
    expect(simulator.state.get(restoredAs)).toMatchObject({ url: wholeUrl, signed: true });
    expect(creations()).toHaveLength(1);
    const left = await place.left();
    for (const secret of ['planted-t0ken-in-the-url', ownSecret, 'key of the provider'])
      expect(left).not.toContain(secret);
  });
});

describe('a restore through a stack, of a webhook whose secret the provider makes up', () => {
  const place = 'ssm:/hooksweep/dev/_issued/stripe';
  const parameter = '/hooksweep/dev/_issued/stripe';
  const gone = async () => {
    const world = await deployed('stripe');
    const { webhookId, scope } = await firstProposed(world);
    const name = await deletedOne(world, 'stripe', webhookId, scope);
    const restore = async (...to: string[]): Promise<Restored> =>
      JSON.parse((await world.ask('restore', name, '--reason', 'needed', ...to)).stdout);
    return { ...world, name, restore };
  };

  it('creates nothing before the secret has the place that was named, and then puts it there', {
    timeout: 120_000,
  }, async () => {
    const { parameters, restore, creations, record, name, until, left } = await gone();
    const wrong = (await restore('--secret-to', 'ssm:/hooksweep/dev/stripe/apiKey')) as unknown as { error: object };
    expect(wrong.error).toMatchObject({ code: 'no-secret', hint: expect.stringContaining('/_issued/NAME') });

    parameters.denied.add('PutParameter');
    expect((await restore('--secret-to', place)).results).toMatchObject([
      { ok: false, detail: `${place} cannot be written (AccessDeniedException); nothing was created` },
    ]);
    expect([creations(), (await record(name)).state, [...parameters.values]]).toEqual([[], 'deleted', []]);

    parameters.denied.clear();
    expect((await restore('--secret-to', place)).results).toMatchObject([{ ok: true }]);
    await until(name, 'restored');
    const secret = parameters.values.get(parameter) ?? '';
    expect([creations().length, secret]).toEqual([1, expect.stringMatching(/^whsec_[0-9a-f]{32}$/)]);
    expect(await left()).not.toContain(secret);
  });

  it('says that the secret is lost where the answer of the creation was', { timeout: 120_000 }, async () => {
    const { parameters, simulator, restore, creations, name, until } = await gone();
    simulator.setFaults(['reset-after:POST*1']);
    expect((await restore('--secret-to', place)).results).toMatchObject([{ ok: true }]);
    const { history, restoredAs } = await until(name, 'restored');
    expect(history.at(-1)?.detail).toBe(
      `it is back as ${restoredAs}; where its signing secret is not at ${place}, roll it at the provider`,
    );
    expect(creations()).toHaveLength(1);
    expect(parameters.values.get(parameter)).toContain('roll it at the provider');
  });
});
