import { setImmediate } from 'node:timers/promises';
import { Gitlab } from '@gitbeaker/rest';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type SimulatorOptions, startSimulator } from '../../lib/simulator/server.ts';

const start = async (options: SimulatorOptions = {}, auth: 'token' | 'oauthToken' = 'token') => {
  const simulator = await startSimulator('gitlab', options);
  onTestFinished(async () => {
    await simulator.close();
    await setImmediate(); // Node lists a closed server for one more turn.
  });
  return { simulator, gitlab: new Gitlab({ host: simulator.url, [auth]: simulator.credentials.token }) };
};
const group = 'sari-sari-demo';
const project = `${group}/checkout`;

describe("GitLab's usual client", () => {
  it.each(['token', 'oauthToken'] as const)(
    'finds the projects and all their webhooks, page by page, with a %s',
    async (auth) => {
      const { simulator, gitlab } = await start({ webhooks: 150 }, auth);
      const projects = await gitlab.Groups.allProjects(group, { includeSubgroups: true, perPage: 2 });
      const ids: number[] = [];
      for (const { path_with_namespace: path = '' } of projects)
        ids.push(...(await gitlab.ProjectHooks.all(path, { perPage: 7 })).map(({ id }) => id));
      ids.push(...(await gitlab.GroupHooks.all(group)).map(({ id }) => id));
      expect(ids.map(String).toSorted()).toEqual([...simulator.state.keys()].toSorted());
    },
  );

  it('creates, shows and deletes one', async () => {
    const { simulator, gitlab } = await start();
    const { id } = await gitlab.ProjectHooks.add(project, 'https://example.com/x', {
      noteEvents: true,
      pushEvents: false,
    });
    expect(simulator.state.get(String(id))).toMatchObject({ events: ['note_events'], enabled: true });
    expect(await gitlab.ProjectHooks.show(project, id)).toMatchObject({ id, alert_status: 'executable' });
    await gitlab.ProjectHooks.remove(project, id);
    expect(simulator.state.has(String(id))).toBe(false);
    await expect(gitlab.ProjectHooks.remove(project, id)).rejects.toThrow(/not found/i);
  });

  it('sees a refused token as the real one', async () => {
    const { gitlab } = await start({ faults: ['wrong-key'] });
    await expect(gitlab.ProjectHooks.all(project)).rejects.toThrow(/unauthorized/i);
  });
});
