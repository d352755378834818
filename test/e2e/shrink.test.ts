import { expect, it } from 'vitest';
import { type AuditDocument, hook, mutating, populate, production, shop, tunnel } from './workplace.ts';

it('a list that shrank is refused, the work waits, and goes on once a person accepts it', async () => {
  const { provider, hooksweep, ok } = await shop();
  const working = [1, 2, 3, 4].map((id) => hook(`${id}`, `${production}/${id}`));
  populate(provider, [...working, hook('9', tunnel(9))]);
  await ok('run --until-idle', 2);
  for (const id of ['2', '3', '4']) provider.state.delete(id);

  const refused = await ok('scan', 4);
  const said = refused.stdout + refused.stderr;
  expect(said).toContain('3 of 5 webhooks of the last good scan are missing, more than 30 %');
  expect(said).toContain('hooksweep scan --accept-shrink');
  await hooksweep('run --until-idle --approve');
  expect(mutating(provider)).toEqual([]);

  const accepted = await ok('scan --accept-shrink');
  expect(accepted.stderr).toContain('accepted what shop lists now');
  await ok('run --until-idle --approve');
  expect([...provider.state.keys()]).toEqual(['1']);
  const { records } = (await ok('audit --json')).json<AuditDocument>();
  expect(records.map(({ webhookId, state }) => [webhookId, state])).toEqual([['9', 'deleted']]);
});
