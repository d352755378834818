import { physicalIdOf, problemsOf, type Resource, type Template } from './template.ts';
import type { Result } from './xml.ts';

/** What the stacks of one account are made of, beyond their templates. */
export type Objects = {
  createBucket(name: string): Promise<void>;
  /** Refuses a bucket with something in it. */
  deleteBucket(name: string): Promise<boolean>;
  /** The object, or null. */
  read(bucket: string, key: string): Promise<Buffer | null>;
};

/** `stack` is empty for what a stack left behind. */
export type Created = { type: string; id: string; stack: string; logicalId: string; resource: Resource };
type Event = { status: string; logicalId: string; type: string; reason?: string };
type ChangeSet = { template: Template; problems: readonly string[]; unchanged: boolean };
export type Stack = { template: Template | null; status: string; events: Event[]; changeSets: Map<string, ChangeSet> };

export type CloudFormation = {
  /** By type and physical id: all that was created and is still there. */
  resources: Map<string, Created>;
  stacks: Map<string, Stack>;
  /** Answers one action, by its parameters; rejects with `RefusedError`. */
  act(action: string, parameters: URLSearchParams): Promise<Result>;
};

/** As the service refuses: by a code that tools look at. */
export type RefusedError = Error & { code: string };
export const refuse = (message: string, code = 'ValidationError'): never => {
  throw Object.assign(new Error(message), { code });
};

const stackType = 'AWS::CloudFormation::Stack';
const idOf = (name: string): string => `arn:aws:cloudformation:us-east-1:000000000000:stack/${name}/1`;
/** Stacks are named by name or by id. */
const nameIn = (text: string | null): string => text?.split('/')[1] ?? text ?? '';

/** Looks at each function's code as Lambda does: the object is there. */
const missingCode = async (
  template: Template,
  bucketOf: (ref: unknown) => string,
  objects: Objects,
): Promise<string[]> => {
  const functions = Object.entries(template.Resources).filter(([, { Type }]) => Type === 'AWS::Lambda::Function');
  const missing = functions.map(async ([id, { Properties = {} }]) => {
    const { S3Bucket, S3Key } = Properties.Code as { S3Bucket: unknown; S3Key: string };
    return (await objects.read(bucketOf(S3Bucket), S3Key)) ? [] : [`${id}: there is no object ${S3Key}`];
  });
  return (await Promise.all(missing)).flat();
};

export const cloudFormation = (objects: Objects): CloudFormation => {
  const stacks = new Map<string, Stack>();
  const resources: CloudFormation['resources'] = new Map();

  const stackOf = (parameters: URLSearchParams): [string, Stack] => {
    const name = nameIn(parameters.get('StackName'));
    return [name, stacks.get(name) ?? refuse(`Stack with id ${name} does not exist`)];
  };
  const templateIn = async (parameters: URLSearchParams): Promise<Template> => {
    const url = parameters.get('TemplateURL');
    if (!url) return JSON.parse(parameters.get('TemplateBody') ?? '');
    const [, bucket = '', ...key] = new URL(url).pathname.split('/');
    const text = await objects.read(bucket, key.join('/'));
    return JSON.parse(text?.toString('utf8') ?? refuse(`S3 error: there is no template at ${url}`));
  };
  const owned = (name: string) => [...resources].filter(([, { stack }]) => stack === name);
  const log = (stack: Stack, logicalId: string, type: string, status: string, reason?: string) =>
    stack.events.unshift({ logicalId, type, status, ...(reason && { reason }) });

  const turn = (name: string, stack: Stack, status: string, reason?: string) => {
    stack.status = status;
    log(stack, name, stackType, status, reason);
  };

  const create = async (name: string, stack: Stack, logicalId: string, resource: Resource): Promise<string | null> => {
    const { Type: type } = resource;
    const id = physicalIdOf(name, logicalId, resource);
    const key = `${type} ${id}`;
    if (resources.has(key)) {
      log(stack, logicalId, type, 'CREATE_FAILED', `${id} already exists`);
      return null;
    }
    if (type === 'AWS::S3::Bucket') await objects.createBucket(id);
    resources.set(key, { type, id, stack: name, logicalId, resource });
    log(stack, logicalId, type, 'CREATE_COMPLETE');
    return key;
  };

  const remove = async (stack: Stack, key: string, one: Created): Promise<boolean> => {
    const { id, type, logicalId, resource } = one;
    if (resource.DeletionPolicy === 'Retain') {
      resources.set(key, { ...one, stack: '' });
      log(stack, logicalId, type, 'DELETE_SKIPPED');
      return true;
    }
    const bound = resource.Properties?.DeletionProtectionEnabled === true;
    if (bound || (type === 'AWS::S3::Bucket' && !(await objects.deleteBucket(id)))) {
      log(stack, logicalId, type, 'DELETE_FAILED', `${id} is protected, or not empty`);
      return false;
    }
    resources.delete(key);
    log(stack, logicalId, type, 'DELETE_COMPLETE');
    return true;
  };

  /** Creates what is new, all or nothing, and then removes what is no longer wanted. What changed is not looked at. */
  const execute = async (name: string, stack: Stack, { template }: ChangeSet): Promise<void> => {
    const action = stack.template ? 'UPDATE' : 'CREATE';
    turn(name, stack, `${action}_IN_PROGRESS`);
    const there = new Set(owned(name).map(([, { logicalId }]) => logicalId));
    const wanted = Object.entries(template.Resources).filter(([id]) => !there.has(id));
    const made = await Promise.all(wanted.map(([id, resource]) => create(name, stack, id, resource)));
    if (made.includes(null)) {
      for (const key of made) if (key !== null) resources.delete(key);
      return turn(name, stack, action === 'CREATE' ? 'ROLLBACK_COMPLETE' : 'UPDATE_ROLLBACK_COMPLETE');
    }
    for (const [key, one] of owned(name)) if (!(one.logicalId in template.Resources)) await remove(stack, key, one);
    stack.template = template;
    turn(name, stack, `${action}_COMPLETE`);
  };

  const actions: Record<string, (parameters: URLSearchParams) => Promise<Result>> = {
    async DescribeStacks(parameters) {
      const [name, { status, template }] = stackOf(parameters);
      const outputs = Object.keys(template?.Outputs ?? {});
      const Outputs = outputs.map((key) => ({ OutputKey: key, OutputValue: key }));
      const CreationTime = new Date(0).toISOString();
      return { Stacks: [{ StackId: idOf(name), StackName: name, StackStatus: status, CreationTime, Outputs }] };
    },
    async DescribeStackEvents(parameters) {
      const [name, { events }] = stackOf(parameters);
      const Timestamp = new Date(0).toISOString();
      return {
        StackEvents: events.map(({ status, logicalId, type, reason }, at) => ({
          ...{ StackId: idOf(name), StackName: name, EventId: String(events.length - at), Timestamp },
          ...{ LogicalResourceId: logicalId, ResourceType: type, ResourceStatus: status, ResourceStatusReason: reason },
        })),
      };
    },
    async DescribeStackResource(parameters) {
      const [name] = stackOf(parameters);
      const logicalId = parameters.get('LogicalResourceId') ?? '';
      const found = owned(name).find(([, one]) => one.logicalId === logicalId);
      const [, { id: PhysicalResourceId, type }] =
        found ?? refuse(`Resource ${logicalId} does not exist for stack ${name}`);
      const detail = { LogicalResourceId: logicalId, PhysicalResourceId, ResourceType: type };
      return { StackResourceDetail: { ...detail, ResourceStatus: 'CREATE_COMPLETE' } };
    },
    async ListStackResources(parameters) {
      const [name] = stackOf(parameters);
      const LastUpdatedTimestamp = new Date(0).toISOString();
      return {
        StackResourceSummaries: owned(name).map(([, { id, type, logicalId }]) => ({
          ...{ LogicalResourceId: logicalId, PhysicalResourceId: id, ResourceType: type, LastUpdatedTimestamp },
          ResourceStatus: 'CREATE_COMPLETE',
        })),
      };
    },
    async ValidateTemplate(parameters) {
      const problems = problemsOf(await templateIn(parameters));
      return problems.length === 0 ? {} : refuse(problems.join('; '));
    },
    async CreateChangeSet(parameters) {
      const name = nameIn(parameters.get('StackName'));
      const template = await templateIn(parameters);
      const stack = stacks.get(name) ?? {
        template: null,
        status: 'REVIEW_IN_PROGRESS',
        events: [],
        changeSets: new Map(),
      };
      stacks.set(name, stack);
      const bucketOf = (ref: unknown) => {
        const logicalId = (ref as { Ref?: string }).Ref;
        return owned(name).find(([, one]) => one.logicalId === logicalId)?.[1].id ?? String(ref);
      };
      const problems = [...problemsOf(template), ...(await missingCode(template, bucketOf, objects))];
      const unchanged = JSON.stringify(template) === JSON.stringify(stack.template);
      stack.changeSets.set(parameters.get('ChangeSetName') ?? '', { template, problems, unchanged });
      return { Id: 'change-set', StackId: idOf(name) };
    },
    async DescribeChangeSet(parameters) {
      const [name, stack] = stackOf(parameters);
      const changeSet = stack.changeSets.get(parameters.get('ChangeSetName') ?? '');
      const { problems, unchanged } = changeSet ?? refuse('there is no such change set', 'ChangeSetNotFound');
      const why = unchanged ? ["The submitted information didn't contain changes."] : problems;
      const StatusReason = why.length > 0 ? why.join('; ') : undefined;
      return {
        StackId: idOf(name),
        StackName: name,
        Status: StatusReason ? 'FAILED' : 'CREATE_COMPLETE',
        StatusReason,
      };
    },
    async DeleteChangeSet(parameters) {
      const [, stack] = stackOf(parameters);
      stack.changeSets.delete(parameters.get('ChangeSetName') ?? '');
      return {};
    },
    async ExecuteChangeSet(parameters) {
      const [name, stack] = stackOf(parameters);
      const changeSetName = parameters.get('ChangeSetName') ?? '';
      await execute(name, stack, stack.changeSets.get(changeSetName) ?? refuse('there is no such change set'));
      stack.changeSets.delete(changeSetName);
      return {};
    },
    async DeleteStack(parameters) {
      const [name, stack] = stackOf(parameters);
      turn(name, stack, 'DELETE_IN_PROGRESS');
      const gone = await Promise.all(owned(name).map(([key, one]) => remove(stack, key, one)));
      if (gone.includes(false)) turn(name, stack, 'DELETE_FAILED', 'some resources could not be deleted');
      else stacks.delete(name);
      return {};
    },
  };

  const unsupported = (action: string) => refuse(`${action} is not imitated`, 'UnsupportedOperation');
  return {
    stacks,
    resources,
    act: async (action, parameters) => (actions[action] ?? (() => unsupported(action)))(parameters),
  };
};
