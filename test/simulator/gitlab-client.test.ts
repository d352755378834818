import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type SimulatorOptions, startSimulator } from '../../lib/simulator/server.ts';

type Row = { id: number; alert_status?: string; path_with_namespace?: string };
type Hooks = {
  all(id: string | number, options?: object): Promise<Row[]>;
  add(id: string | number, url: string, options?: object): Promise<Row>;
  show(id: string | number, hook: number): Promise<Row>;
  remove(id: string | number, hook: number): Promise<void>;
};
/** As much of @gitbeaker/rest as is driven here. */
type Client = {
  ProjectHooks: Hooks;
  GroupHooks: Hooks;
  Groups: { allProjects(id: string | number, options?: object): Promise<Row[]> };
};
type Module = { Gitlab: new (options: object) => Client };

/** The providers' own clients are no dependencies of hooksweep: where they are not installed, nothing is driven. */
const installed = async <T>(name: string): Promise<T | null> => {
  try {
    return (await import(name)) as T;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND' || String(error).includes(name)) return null;
    throw error;
  }
};
const client = await installed<Module>('@gitbeaker/rest');

const start = async (options: SimulatorOptions = {}, auth: 'token' | 'oauthToken' = 'token') => {
  if (client === null) throw new Error('@gitbeaker/rest is not installed');
  const simulator = await startSimulator('gitlab', options);
  onTestFinished(async () => {
    await simulator.close();
    await setImmediate(); // Node lists a closed server for one more turn.
  });
  return { simulator, gitlab: new client.Gitlab({ host: simulator.url, [auth]: simulator.credentials.token }) };
};
const group = 'sari-sari-demo';
const project = `${group}/checkout`;

describe.skipIf(client === null)("GitLab's usual client", () => {
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
