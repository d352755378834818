/** A CloudFormation template as far as it is looked at here. */
export type Template = {
  Parameters?: Record<string, unknown>;
  Conditions?: Record<string, unknown>;
  Resources: Record<string, Resource>;
  Outputs?: Record<string, { Value: unknown }>;
};

export type Resource = {
  Type: string;
  Properties?: Record<string, unknown>;
  DependsOn?: string | readonly string[];
  DeletionPolicy?: string;
};

/**
 * The types that a template may use, and the attributes that `Fn::GetAtt` finds at each:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
 */
const attributes: Readonly<Record<string, readonly string[]>> = {
  'AWS::CloudWatch::Alarm': ['Arn'],
  'AWS::CloudWatch::Dashboard': [],
  'AWS::DynamoDB::Table': ['Arn', 'StreamArn'],
  'AWS::Events::Rule': ['Arn'],
  'AWS::IAM::ManagedPolicy': ['PolicyArn', 'PolicyId'],
  'AWS::IAM::Role': ['Arn', 'RoleId'],
  'AWS::Lambda::EventInvokeConfig': [],
  'AWS::Lambda::EventSourceMapping': ['EventSourceMappingArn', 'Id'],
  'AWS::Lambda::Function': ['Arn'],
  'AWS::Lambda::Permission': ['Id'],
  'AWS::Lambda::Url': ['FunctionArn', 'FunctionUrl'],
  'AWS::Logs::LogGroup': ['Arn'],
  'AWS::S3::Bucket': ['Arn', 'DomainName'],
  'AWS::S3::BucketPolicy': [],
  'AWS::Scheduler::Schedule': ['Arn'],
  'AWS::Scheduler::ScheduleGroup': ['Arn'],
  'AWS::SNS::Subscription': ['Arn'],
  'AWS::SNS::Topic': ['TopicArn', 'TopicName'],
  'AWS::SNS::TopicPolicy': ['Id'],
  'AWS::SQS::Queue': ['Arn', 'QueueName', 'QueueUrl'],
  'AWS::SQS::QueuePolicy': ['Id'],
};

const pseudo = ['AccountId', 'NoValue', 'NotificationARNs', 'Partition', 'Region', 'StackId', 'StackName', 'URLSuffix'];
const pseudoNames = pseudo.map((name) => `AWS::${name}`);

/** One place that names something: a resource or parameter, and where it asks for one, an attribute. */
type Mention = { from: string; name: string; attribute: string | null };

const inSub = (from: string, value: unknown): Mention[] => {
  const [text, own] = Array.isArray(value) ? (value as [string, Record<string, unknown>]) : [String(value), {}];
  const names = [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name = '']) => name);
  return names
    .filter((name) => !Object.hasOwn(own, name))
    .map((name) => {
      const [id = '', attribute] = name.split('.');
      return { from, name: id, attribute: attribute ?? null };
    });
};

const inGetAtt = (from: string, value: unknown): Mention => {
  const [name = '', attribute = ''] = Array.isArray(value) ? (value as string[]) : String(value).split('.');
  return { from, name, attribute };
};

/** Whatever `Ref`, `Fn::GetAtt` and `Fn::Sub` name in a value, however deep. */
const mentions = (from: string, value: unknown): Mention[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    if (key === 'Ref') return [{ from, name: String(member), attribute: null }];
    if (key === 'Fn::GetAtt') return [inGetAtt(from, member)];
    return [...(key === 'Fn::Sub' ? inSub(from, member) : []), ...mentions(from, member)];
  });
};

const dependsOn = ({ DependsOn = [] }: Resource): readonly string[] =>
  typeof DependsOn === 'string' ? [DependsOn] : DependsOn;

const unresolved = ({ Resources, Parameters = {} }: Template, { from, name, attribute }: Mention): string | null => {
  const type = Resources[name]?.Type;
  if (type === undefined) {
    const known = attribute === null && (pseudoNames.includes(name) || Object.hasOwn(Parameters, name));
    return known ? null : `${from} refers to ${name}, which is not there`;
  }
  if (attribute === null || attributes[type]?.includes(attribute)) return null;
  return `${from} refers to ${name}.${attribute}, which ${type} does not have`;
};

/** A resource that waits for itself, by way of others. */
const circles = (needs: ReadonlyMap<string, ReadonlySet<string>>): string[] => {
  const left = new Map(needs);
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const [id, wanted] of left) if (![...wanted].some((other) => left.has(other))) left.delete(id);
  }
  return left.size > 0 ? [`these wait for each other: ${[...left.keys()].join(', ')}`] : [];
};

/** What CloudFormation would refuse about references, types and order; empty where all is well. */
export const problemsOf = (template: Template): readonly string[] => {
  const { Resources, Outputs = {} } = template;
  const all = Object.entries(Resources).map(([id, resource]) => ({
    ...{ id, type: resource.Type },
    found: [
      ...mentions(id, resource.Properties),
      ...dependsOn(resource).map((name) => ({ from: id, name, attribute: null })),
    ],
  }));
  const needs = new Map(
    all.map(({ id, found }) => [id, new Set(found.map(({ name }) => name).filter((name) => name in Resources))]),
  );
  return [
    ...all
      .filter(({ type }) => !Object.hasOwn(attributes, type))
      .map(({ id, type }) => `${id} is of no known type ${type}`),
    ...[...all.flatMap(({ found }) => found), ...mentions('an output', Outputs)].flatMap(
      (mention) => unresolved(template, mention) ?? [],
    ),
    ...circles(needs),
  ];
};

const nameProperties = [
  'BucketName',
  'DashboardName',
  'FunctionName',
  'LogGroupName',
  'QueueName',
  'RoleName',
  'TableName',
];

/** What the resource is called in the account: by its own name, or by one that CloudFormation makes up. */
export const physicalIdOf = (stackName: string, logicalId: string, { Properties = {} }: Resource): string => {
  const name = nameProperties.map((key) => Properties[key]).find((value) => typeof value === 'string');
  return typeof name === 'string' ? name : `${stackName}-${logicalId}-1a2b3c4d5e6f`.toLowerCase();
};
