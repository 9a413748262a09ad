/** Values of a tool's input that the model does not choose: how they are declared, told to the agent, and put in. */
import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsArray, IsBoolean, IsInt, IsNumber, IsOptional, IsString, ValidateNested } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Constant, FromVariable } from '../../src/tools/supplied.decorator.js';
import { needsVariables, withSupplied } from '../../src/tools/supplied-values.js';
import { schemaOf } from '../../src/tools/tool-schema.js';

class Line {
  @JSONSchema({ description: 'What.' })
  @IsString()
  item!: string;

  @FromVariable('customer_id')
  @IsString()
  customer!: string;
}

class Order {
  @JSONSchema({ description: 'How many.' })
  @IsInt()
  count!: number;

  @IsInt()
  @FromVariable('account')
  account!: number;

  @Constant(false)
  @IsBoolean()
  paid!: boolean;

  @Constant({ region: 'eu' })
  @ValidateNested()
  @Type(() => Line)
  place!: Line;

  @JSONSchema({ description: 'The lines.' })
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Line)
  lines!: Line[];

  @FromVariable('order_state')
  @IsOptional()
  @IsString()
  state?: string;
}

const none = () => false;

describe('a value that the model does not choose', () => {
  it('is told to the agent by where it comes from, without a description, and is not asked for', () => {
    const { schema, faults } = schemaOf(Order);
    expect(faults).toEqual([]);
    expect(schema).toMatchObject({
      properties: {
        account: { type: 'integer', dynamic_variable: 'account' },
        paid: { type: 'boolean', constant_value: false },
        place: { type: 'object', constant_value: { region: 'eu' } },
        lines: {
          items: { properties: { customer: { type: 'string', dynamic_variable: 'customer_id' } } },
        },
      },
      required: ['count', 'lines'],
    });
    expect(JSON.stringify(schema)).not.toContain('x-');
    expect(needsVariables(schema)).toBe(true);
  });

  it('is that of the call, however deep, whatever the agent sent', () => {
    const { schema } = schemaOf(Order);
    const sent = {
      count: 1,
      account: 666,
      paid: true,
      lines: [{ item: 'a', customer: 'somebody else' }, { item: 'b' }],
    };
    const variables = { account: '42', customer_id: 'c_1' };
    expect(withSupplied(schema, sent, { variables, isTheVendors: none })).toEqual({
      count: 1,
      account: 42,
      paid: false,
      place: { region: 'eu' },
      lines: [
        { item: 'a', customer: 'c_1' },
        { item: 'b', customer: 'c_1' },
      ],
    });
    // What was sent is on record as it was sent.
    expect(sent.account).toBe(666);
  });

  it('is taken from the agent only where ElevenLabs alone can know it', () => {
    const { schema } = schemaOf(Order);
    const sent = { account: 1, state: 'shipped' };
    const supplies = { variables: {}, isTheVendors: (name: string) => name === 'order_state' };
    const given = withSupplied(schema, sent, supplies);
    expect(given).toMatchObject({ state: 'shipped' });
    expect(given).not.toHaveProperty('account');
  });

  it.each([
    ['a number for text', 'string', 7, '7'],
    ['text for a number', 'number', '7.5', 7.5],
    ['text that is no number', 'number', 'many', 'many'],
    ['text for yes or no', 'boolean', 'true', true],
  ])('fits %s', (_name, type, own, value) => {
    const schema = { type: 'object', properties: { field: { type, dynamic_variable: 'v' } } };
    expect(withSupplied(schema, {}, { variables: { v: own }, isTheVendors: none })).toEqual({ field: value });
  });
});

class TwoSources {
  @JSONSchema({ description: 'Chosen and not chosen.' })
  @FromVariable('v')
  @IsString()
  text!: string;
}
class BothLabels {
  @FromVariable('v')
  @Constant('c')
  @IsString()
  text!: string;
}
class Reserved {
  @FromVariable('secret__key')
  @IsString()
  key!: string;
}
class Empty {
  @Constant('')
  @IsString()
  text!: string;
}
class Mistyped {
  @Constant('seven')
  @IsNumber()
  count!: number;
}
class Untyped {
  @FromVariable('v')
  anything!: unknown;
}
class Strange {
  @JSONSchema({ description: 'A word.', examples: ['yes'] })
  @IsString()
  word!: string;
}

describe('a label that the vendor would refuse', () => {
  it.each([
    ['a description beside a variable', TwoSources, /^TwoSources\.text has more than one of/],
    ['a variable and a constant', BothLabels, /^BothLabels\.text has more than one of/],
    ['a name that the vendor keeps for headers', Reserved, /^Reserved\.key .*secret__key.*the vendor's/],
    ['an empty constant', Empty, /^Empty\.text has an empty constant/],
    ['a constant of another type', Mistyped, /^Mistyped\.count has a constant that is no number/],
    ['a variable without a type', Untyped, /^Untyped\.anything has no type/],
    [
      'a word that the dialect does not know',
      Strange,
      /^Strange\.word has "examples", which ElevenLabs does not know/,
    ],
  ] as readonly [string, new () => object, RegExp][])(
    'is named with class and field: %s',
    (_name, input, fault) => {
      expect(schemaOf(input).faults).toEqual([expect.stringMatching(fault)]);
    },
  );
});
