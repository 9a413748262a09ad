/**
 * The vendor's own specifications as validators: AsyncAPI messages of both directions and OpenAPI answers, read from the
 * folder that VENDOR_SPECS names. Every object is closed, so that a misspelt field is a fault. Nothing of them is kept here.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';

const SERVER_AUTHORED = 'elevenlabs-convai.asyncapi.server-authored.2026-06-29.yaml';
const PACKAGES = 'elevenlabs-agent.asyncapi.packages.2026-08-22.yaml';
const OPENAPI = 'elevenlabs-convai.openapi.2026-08-22.json';

type Node = Record<string, unknown>;

export type Direction = 'from-agent' | 'to-agent';

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nodeAt(node: unknown, ...path: readonly string[]): Node {
  let at: unknown = node;
  for (const member of path) at = isNode(at) ? at[member] : undefined;
  return isNode(at) ? at : {};
}

/** AsyncAPI and OpenAPI dialects into JSON Schema: fern's literals, `nullable`, closed objects. */
function translate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(translate);
  if (!isNode(value)) return value;
  const fern = value['x-fern-type'];
  const literal = typeof fern === 'string' ? /^literal<"(.*)">$/.exec(fern) : null;
  if (literal) return { const: literal[1] };
  const { nullable, discriminator: _discriminator, example: _example, examples: _examples, ...rest } = value;
  const node = Object.fromEntries(Object.entries(rest).map(([name, member]) => [name, translate(member)]));
  if (isNode(node['properties']) && node['type'] === 'object' && node['additionalProperties'] === undefined) {
    node['additionalProperties'] = false;
  }
  return nullable === true ? { anyOf: [node, { type: 'null' }] } : node;
}

function typeOf(schema: Node): string | undefined {
  const type = nodeAt(schema, 'properties', 'type');
  const name =
    type['const'] ?? (Array.isArray(type['enum']) && type['enum'].length === 1 ? type['enum'][0] : undefined);
  return typeof name === 'string' ? name : undefined;
}

export class VendorSchemas {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  private readonly messages = new Map<string, ValidateFunction>();
  private readonly answers = new Map<string, ValidateFunction>();

  constructor(private readonly folder: string) {
    // The server team's file is first: what the other has besides is added, never replaced.
    this.addMessages(SERVER_AUTHORED);
    this.addMessages(PACKAGES);
    const openApi: unknown = JSON.parse(readFileSync(join(folder, OPENAPI), 'utf8'));
    this.ajv.addSchema({ $id: 'openapi', components: translate(nodeAt(openApi, 'components')) });
  }

  /** What is wrong with a message, as text; undefined when nothing is, 'unspecified' when no file has its type. */
  faultsOfMessage(direction: Direction, message: unknown): string | undefined {
    const type =
      isNode(message) && typeof message['type'] === 'string' ? message['type'] : 'user_audio_chunk';
    const validate = this.messages.get(`${direction} ${type}`);
    return validate ? this.faults(validate, message) : 'unspecified';
  }

  /** Every type of message that a file has. */
  typesOf(direction: Direction): readonly string[] {
    return [...this.messages.keys()].flatMap((key) => {
      const [of, type = ''] = key.split(' ');
      return of === direction ? [type] : [];
    });
  }

  /** What is wrong with a REST answer, by the name of its schema. */
  faultsOfAnswer(schema: string, answer: unknown): string | undefined {
    const known = this.answers.get(schema);
    const validate = known ?? this.ajv.compile({ $ref: `openapi#/components/schemas/${schema}` });
    this.answers.set(schema, validate);
    return this.faults(validate, answer);
  }

  private faults(validate: ValidateFunction, value: unknown): string | undefined {
    return validate(value)
      ? undefined
      : `${this.ajv.errorsText(validate.errors)} in ${JSON.stringify(value).slice(0, 300)}`;
  }

  private addMessages(file: string): void {
    const spec: unknown = parse(readFileSync(join(this.folder, file), 'utf8'));
    const schemas = translate(nodeAt(spec, 'components', 'schemas')) as Node;
    this.ajv.addSchema({ $id: file, components: { schemas } });
    for (const channel of Object.values(nodeAt(spec, 'channels'))) {
      for (const operation of ['publish', 'subscribe']) {
        const { summary, message } = nodeAt(channel, operation);
        // The two files mean opposite things by publish and subscribe; their summaries do not.
        const direction = /client to (the )?server|from client/i.test(String(summary))
          ? 'to-agent'
          : 'from-agent';
        for (const choice of Object.values(nodeAt(message)['oneOf'] ?? {})) {
          this.addMessage(spec, file, schemas, direction, String(nodeAt(choice)['$ref']));
        }
      }
    }
  }

  private addMessage(
    spec: unknown,
    file: string,
    schemas: Node,
    direction: Direction,
    reference: string,
  ): void {
    const payload = nodeAt(spec, ...reference.slice(2).split('/'), 'payload');
    const name = String(payload['$ref']).split('/').at(-1) ?? '';
    const schema = nodeAt(schemas, name);
    const key = `${direction} ${typeOf(schema) ?? 'user_audio_chunk'}`;
    if (this.messages.has(key)) return;
    const required = typeOf(schema) === undefined ? [] : ['type'];
    this.messages.set(key, this.ajv.compile({ $ref: `${file}#/components/schemas/${name}`, required }));
  }
}

let loaded: VendorSchemas | undefined;

/** Undefined when VENDOR_SPECS is not set. */
export function vendorSchemas(): VendorSchemas | undefined {
  const folder = process.env['VENDOR_SPECS'];
  if (folder === undefined || folder === '') return undefined;
  loaded ??= new VendorSchemas(folder);
  return loaded;
}
