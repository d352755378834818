/** One webhook of a plan as the report shows it. Every text is redacted and free of control characters. */
export type Row = {
  account: string;
  decision: 'propose' | 'keep' | 'report';
  /** Its URL, or what names it where it has none. */
  title: string;
  /** Where it is and whether it is on. */
  about: string;
  rules: readonly string[];
  guards: readonly string[];
  details: readonly (readonly [label: string, text: string])[];
};
