import { describe, expect, it } from 'vitest';
import { deployed } from '../infra/deployed.ts';
import { problemsOf, type Resource, type Template } from './template.ts';

const packaged = (): Template['Resources'] => structuredClone(deployed()) as Template['Resources'];

/** The packaged template with one resource changed. */
const changed = (id: string, change: (resource: Resource) => Partial<Resource>): Template => {
  const Resources = packaged();
  const resource = Resources[id];
  if (!resource) throw new Error(`the template has no ${id}`);
  return { Resources: { ...Resources, [id]: { ...resource, ...change(resource) } } };
};

describe('the packaged template', () => {
  it('refers to nothing that is not there, and nothing in it waits for itself', () => {
    expect(problemsOf({ Resources: packaged() })).toEqual([]);
  });

  it.each<[string, (resource: Resource) => Partial<Resource>, string]>([
    ['a name', () => ({ Properties: { QueueName: { Ref: 'Nowhere' } } }), 'refers to Nowhere'],
    ['an attribute', () => ({ Properties: { Name: { 'Fn::GetAtt': ['AuditTable', 'Nmae'] } } }), 'AuditTable.Nmae'],
    ['a name in a text', () => ({ Properties: { Name: { 'Fn::Sub': `a $\{Nowhere.Arn}` } } }), 'refers to Nowhere'],
    ['an order', () => ({ DependsOn: ['Nowhere'] }), 'refers to Nowhere'],
    ['a type', () => ({ Type: 'AWS::SQS::Queeu' }), 'no known type'],
    ['a circle', () => ({ DependsOn: 'WorkerEventSourceMappingSQSJobsQueue' }), 'wait for each other'],
  ])('would be refused for %s that is wrong', (_what, change, why) => {
    expect(problemsOf(changed('JobsQueue', change)).join()).toContain(why);
  });
});
