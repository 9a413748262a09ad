/** Input classes in the dialect that an ElevenLabs agent understands. */
import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsDateString,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { schemaOf } from '../../src/tools/tool-schema.js';

class Card {
  @JSONSchema({ description: 'Suit of the card.' })
  @IsIn(['hearts', 'spades'])
  @IsString()
  suit!: string;
}

class Everything {
  @JSONSchema({ description: 'Name of the customer.' })
  @IsString()
  @Matches(/^[A-Z]/)
  name!: string;

  @JSONSchema({ description: 'How many.' })
  @IsInt()
  @Min(1)
  @Max(9)
  count!: number;

  @JSONSchema({ description: 'Price in dollars.' })
  @IsNumber()
  price!: number;

  @JSONSchema({ description: 'Whether it is a gift.' })
  @IsOptional()
  @IsBoolean()
  gift?: boolean;

  @JSONSchema({ description: 'Words to look for.' })
  @IsArray()
  @IsString({ each: true })
  words!: string[];

  @JSONSchema({ description: 'The card.' })
  @ValidateNested()
  @Type(() => Card)
  card!: Card;
}

class Unspoken {
  @IsString()
  text!: string;
}
class Shapeless {
  @JSONSchema({ description: 'Anything.' })
  @IsObject()
  anything!: object;
}
class Untyped {
  @JSONSchema({ description: 'Some date.' })
  @IsOptional()
  whatever!: unknown;
}
class Loose {
  @JSONSchema({ description: 'A list.' })
  @IsArray()
  list!: unknown[];
}
class Node_ {
  @JSONSchema({ description: 'The next one.' })
  @ValidateNested()
  @Type(() => Node_)
  next!: Node_;
}
class Nothing {}
class Dated {
  @JSONSchema({ description: 'When.' })
  @IsDateString()
  when!: string;
}

describe('the schema of a tool’s arguments', () => {
  it('has literals, lists and objects with a description each, and nothing that the dialect has not', () => {
    const { schema, faults } = schemaOf(Everything);
    expect(faults).toEqual([]);
    expect(schema).toEqual({
      type: 'object',
      properties: {
        name: { type: 'string', description: 'Name of the customer.' },
        count: { type: 'integer', description: 'How many.' },
        price: { type: 'number', description: 'Price in dollars.' },
        gift: { type: 'boolean', description: 'Whether it is a gift.' },
        words: {
          type: 'array',
          description: 'Words to look for.',
          items: { type: 'string', description: 'One of: Words to look for.' },
        },
        card: {
          type: 'object',
          description: 'The card.',
          properties: {
            suit: { type: 'string', description: 'Suit of the card.', enum: ['hearts', 'spades'] },
          },
          required: ['suit'],
        },
      },
      required: ['name', 'count', 'price', 'words', 'card'],
    });
  });

  it('is an empty object for a tool without arguments', () => {
    expect(schemaOf(Nothing)).toEqual({
      schema: { type: 'object', properties: {}, required: [] },
      faults: [],
    });
  });

  it('takes a date for text', () => {
    expect(schemaOf(Dated)).toMatchObject({
      faults: [],
      schema: { properties: { when: { type: 'string' } } },
    });
  });

  it.each([
    ['a field without a description', Unspoken, /^Unspoken.text has no description/],
    ['an object without known fields', Shapeless, /^Shapeless.anything is an object without known fields/],
    ['a field without a type', Untyped, /^Untyped.whatever has no type/],
    ['a list of unknown things', Loose, /^Loose.list is a list of unknown things/],
    ['a class that contains itself', Node_, /^Node_.next.*contains itself/],
  ] as readonly [string, new () => object, RegExp][])('names %s', (_name, input, fault) => {
    expect(schemaOf(input).faults).toEqual([expect.stringMatching(fault)]);
  });
});
