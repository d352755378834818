import { describe, expect, it } from 'vitest';
import { functionNames } from '../../infra/build.ts';
import { loaders } from '../../lib/providers/loaders.ts';
import { bundledSources, loadedCold } from './bundled.ts';

const adapter = new RegExp(`^lib/providers/(${Object.keys(loaders).join('|')})[-.]`);
const clientsOfStores = /@aws-sdk\/client-(ssm|secrets-manager|sns)\//;

describe.each(functionNames())('a cold start of %s', (name) => {
  const { files, sources } = loadedCold(name);

  it('loads its entry and one chunk', () => {
    expect(files).toHaveLength(2);
  });

  it('loads no provider and no client that only some need', () => {
    expect(sources.filter((source) => adapter.test(source) || clientsOfStores.test(source))).toEqual([]);
  });

  it('loads nothing of the ways to credentials that Lambda does not have', () => {
    const ways = /credential-provider-(?!env\/)|nested-clients|shared-ini-file-loader\/parse/;
    expect(bundledSources(name).filter((source) => ways.test(source) && !source.includes('-provider-http/'))).toEqual(
      [],
    );
  });
});

it('the worker loads the client of its queue with the first message it sends or puts off', () => {
  const sqs = (source: string): boolean => source.includes('@aws-sdk/client-sqs/');
  expect(loadedCold('worker').sources.filter(sqs)).toEqual([]);
  expect(bundledSources('worker').some(sqs)).toBe(true);
});

it('each provider is in the bundles of the functions that open accounts', () => {
  for (const name of ['scanner', 'worker', 'enqueue', 'audit']) {
    const sources = bundledSources(name);
    expect(Object.keys(loaders).filter((id) => !sources.includes(`lib/providers/${id}.ts`))).toEqual([]);
  }
});
