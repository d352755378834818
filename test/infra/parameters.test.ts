import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const at = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const { params, ...rest } = parse(at('serverless.yml'), { logLevel: 'error' }) as {
  params: Record<string, Record<string, unknown>>;
};
const table = [...at('docs/parameters.md').matchAll(/^\| `(\w+)` \| (.+?) \| .+ \|$/gm)];

describe('the parameters of a stage', () => {
  it('stand in docs/parameters.md, all of them and in order', () => {
    expect(table.map(([, name]) => name)).toEqual(Object.keys(params.default ?? {}));
  });

  it('have the defaults that stand there', () => {
    for (const [, name = '', told = ''] of table) {
      const value = params.default?.[name];
      if (typeof value === 'object' && !(Array.isArray(value) && value.length === 0)) continue;
      const text = Array.isArray(value) ? '[]' : String(value).replace('$' + '{sls:stage}', 'STAGE');
      expect(told).toBe(`\`${text}\``);
    }
  });

  it('are all used, and no others are asked for', () => {
    const parts = ['alarms', 'dashboard', 'queues', 'roles', 'table'].map((name) => at(`infra/${name}.yml`));
    const used = [JSON.stringify(rest), ...parts].join().matchAll(/\$\{param:(\w+)\}/g);
    expect(new Set([...used].map(([, name]) => name))).toEqual(new Set(Object.keys(params.default ?? {})));
  });
});
