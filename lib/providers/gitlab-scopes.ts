import * as v from 'valibot';
import type { Json } from '../canonical.ts';
import { say } from '../policy/values.ts';
import type { Outcome } from './contract.ts';
import { nextLink, sameOrigin, withQuery } from './link.ts';
import { arrayOf, type Failed, linkStep, type Replied, readWhole, type Step } from './pages.ts';
import { failure, type Get } from './replied.ts';

const segment = '[\\w][\\w.-]{0,254}';
const idPattern = /^[1-9]\d{0,15}$/;
const pathPattern = new RegExp(`^${segment}(?:/${segment}){0,20}$`);

const different = (names: string[]): boolean => new Set(names.map((name) => name.toLowerCase())).size === names.length;

const place = v.pipe(
  v.string(),
  v.check(
    (text) => idPattern.test(text) || pathPattern.test(text),
    say('not an id or full path', 'write "123" in quotes, or group/name'),
  ),
);
const places = v.optional(
  v.pipe(
    v.array(place),
    v.nonEmpty(say('an empty list', 'name one, or remove the key')),
    v.check(different, say('one is there twice', 'remove one; GitLab does not tell upper from lower case')),
  ),
);

/** Projects by name, and all projects of groups with their subgroups; `groupHooks` adds the groups' own webhooks. */
export const gitlabOptions = v.pipe(
  v.strictObject({ projects: places, groups: places, groupHooks: v.optional(v.boolean(), false) }),
  v.check(
    ({ projects, groups }) => projects !== undefined || groups !== undefined,
    say('neither projects nor groups', 'name what to look at, e.g. groups: [my-group]'),
  ),
  v.check(
    ({ groups, groupHooks }) => groups !== undefined || !groupHooks,
    say('groupHooks without groups', 'name the groups, or remove groupHooks'),
  ),
) as unknown as v.GenericSchema<unknown, Record<string, Json>>;

export type GitlabOptions = {
  projects?: readonly string[];
  groups?: readonly string[];
  groupHooks?: boolean;
};

/** The address of the project or group of a scope `projects:path` or `groups:path`, below the API; null for others. */
export const placeOf = (scope: string): string | null => {
  const [, kind, path = ''] = /^(projects|groups):(.+)$/.exec(scope) ?? [];
  if (kind === undefined || !(pathPattern.test(path) || idPattern.test(path))) return null;
  return `/${kind}/${encodeURIComponent(path)}`;
};

const projectScope = (path: string): string => `projects:${path.toLowerCase()}`;
const groupScope = (path: string): string => `groups:${path.toLowerCase()}`;

const Id = v.pipe(v.number(), v.safeInteger());
const Path = v.pipe(v.string(), v.regex(pathPattern));
const Project = v.looseObject({ id: Id, path_with_namespace: Path });
const Group = v.looseObject({ id: Id, full_path: Path });

type Scopes = { status: 'complete'; scopes: readonly string[] } | Failed;

const complete = (scopes: readonly string[]): Scopes => ({ status: 'complete', scopes });
const failed = (outcome: Outcome): Failed => ({ status: 'error', outcome: failure(outcome) });
const unreadable = (what: string): Failed => ({
  status: 'incomplete',
  outcome: { kind: 'retry', why: `${what} cannot be read` },
});

/** The number of the next page, else a Link header, which keyset paging has alone. */
export const gitlabStep = (answer: Replied, url: string): Step => {
  const next = answer.headers.get('x-next-page')?.trim();
  if (next === undefined) return linkStep(answer, url);
  if (next !== '') {
    return /^\d{1,6}$/.test(next)
      ? { kind: 'next', url: withQuery(url, 'page', next) }
      : { kind: 'broken', why: 'names a next page that is no number' };
  }
  const link = nextLink(answer.headers, url);
  return link === null || !sameOrigin(link, url)
    ? { kind: 'end' }
    : { kind: 'broken', why: 'has a next page by its Link header and none by X-Next-Page' };
};

export const gitlabTotal = ({ headers }: Replied): number | null => {
  const total = headers.get('x-total')?.trim() ?? '';
  return /^\d{1,9}$/.test(total) ? Number(total) : null;
};

export const gitlabPages = { perPage: 100, next: gitlabStep, totalOf: gitlabTotal, rowsOf: arrayOf } as const;

/** Archived projects and those of subgroups too; shared ones belong to others. */
const projectsOf = async (api: string, group: string, get: Get): Promise<Scopes> => {
  const query = 'include_subgroups=true&with_shared=false&simple=true&order_by=id&sort=asc&per_page=100';
  const rows = await readWhole({
    ...gitlabPages,
    about: 'the list of projects',
    first: `${api}/groups/${encodeURIComponent(group)}/projects?${query}`,
    get,
  });
  if (rows.status !== 'complete') return rows;
  const parsed = v.safeParse(v.array(Project), rows.rows);
  const ids = new Set(parsed.success ? parsed.output.map(({ id }) => id) : []);
  return parsed.success && ids.size === parsed.output.length
    ? complete(parsed.output.map(({ path_with_namespace: path }) => projectScope(path)))
    : unreadable('the list of projects');
};

/** What is named by its number is looked up, so that one project or group has one name. */
const named = async (api: string, kind: 'projects' | 'groups', name: string, get: Get): Promise<Scopes> => {
  const scopeOf = kind === 'projects' ? projectScope : groupScope;
  if (!idPattern.test(name)) return complete([scopeOf(name)]);
  const { answer, outcome } = await get(`${api}/${kind}/${name}`);
  if (answer.kind !== 'answer' || outcome.kind !== 'done') return failed(outcome);
  const project = v.safeParse(Project, answer.json);
  const group = v.safeParse(Group, answer.json);
  if (kind === 'projects' && project.success) return complete([projectScope(project.output.path_with_namespace)]);
  if (kind === 'groups' && group.success) return complete([groupScope(group.output.full_path)]);
  return unreadable(kind === 'projects' ? 'a project' : 'a group');
};

/** The scopes of an account, each once, in order; one that cannot be found out fails them all. */
export const gitlabScopes = async (api: string, options: GitlabOptions, get: Get): Promise<Scopes> => {
  const { projects = [], groups = [], groupHooks = false } = options;
  const steps = [
    ...projects.map((project) => () => named(api, 'projects', project, get)),
    ...groups.map((group) => () => projectsOf(api, group, get)),
    ...(groupHooks ? groups.map((group) => () => named(api, 'groups', group, get)) : []),
  ];
  const scopes = new Set<string>();
  for (const step of steps) {
    const found = await step();
    if (found.status !== 'complete') return found;
    for (const scope of found.scopes) scopes.add(scope);
  }
  if (scopes.size > 0) return complete([...scopes]);
  return failed({ kind: 'refused', why: 'the groups have no project that is visible to this token' });
};
