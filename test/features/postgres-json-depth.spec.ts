/** Values that are nested deeper than a database can follow are kept down to where it can. */
import { MAX_DEPTH } from '../../src/core/json-depth.js';
import { postgresJson } from '../../src/persistence/postgres-json.js';

function nested(levels: number): unknown {
  let value: unknown = 'the end';
  for (let at = 0; at < levels; at += 1) value = at % 2 === 0 ? { in: value } : [value];
  return value;
}

describe('a value that is written down', () => {
  it('stays as it is when it is as deep as any input may be', () => {
    expect(JSON.parse(postgresJson(nested(MAX_DEPTH + 8)))).toEqual(nested(MAX_DEPTH + 8));
  });

  it('is cut where it is too deep, and the rest of the record is kept', () => {
    const text = postgresJson({ name: 'tool', input: nested(50_000) });
    expect(text).toContain('"name":"tool"');
    expect(text).not.toContain('the end');
    expect(text).toContain('null');
  });
});
