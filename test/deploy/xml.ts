type Value = string | number | boolean | readonly Value[] | { readonly [name: string]: Value | undefined };

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** As AWS's query protocol writes a value: lists as members. */
const written = (value: Value): string => {
  if (typeof value !== 'object') return escaped(String(value));
  if (Array.isArray(value)) return value.map((one: Value) => `<member>${written(one)}</member>`).join('');
  return Object.entries(value)
    .map(([name, member]) => (member === undefined ? '' : `<${name}>${written(member)}</${name}>`))
    .join('');
};

export type Result = Readonly<Record<string, Value | undefined>>;

export const resultXml = (action: string, result: Result): string => {
  const metadata = '<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>';
  return `<${action}Response><${action}Result>${written(result)}</${action}Result>${metadata}</${action}Response>`;
};

export const errorXml = (code: string, message: string): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error></ErrorResponse>`;
