/** Hostile arguments of tools: the tool never sees one that breaks its rules, and the agent is answered in words each time. */
import { Module } from '@nestjs/common';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import * as fc from 'fast-check';
import { CallTool, Tool } from '../../src/tools/tool.decorator.js';
import { BesiegedSystem } from './besieged-system.js';
import type { Line } from './line.js';
import { assail, INPUTS, LIMIT_MS, nastyValue, spoilt } from './hostile.js';
import { expectUnharmed } from './unharmed.js';
import type { Witness } from './witness.js';

class ItemInput {
  @JSONSchema({ description: 'What it is.' })
  @IsString()
  @MaxLength(20)
  name!: string;
}
class OrderInput {
  @JSONSchema({ description: 'How many.' })
  @IsInt()
  @Min(1)
  @Max(10)
  count!: number;
  @JSONSchema({ description: 'Where to.' })
  @IsOptional()
  @IsString()
  @MaxLength(20)
  city?: string;
  @JSONSchema({ description: 'Which.' })
  @IsArray()
  @ArrayMaxSize(3)
  @ValidateNested({ each: true })
  @Type(() => ItemInput)
  items!: ItemInput[];
}

const seen: OrderInput[] = [];

@Tool({ name: 'order', description: 'Orders things.', input: OrderInput })
class OrderTool extends CallTool<OrderInput> {
  run(input: OrderInput): string {
    seen.push(input);
    return 'ordered';
  }
}

@Module({ providers: [OrderTool] })
class ShopModule {}

const GOOD = { count: 2, city: 'Bonn', items: [{ name: 'card' }] };
const AT_ONCE = 20;

function isAsItShouldBe({ count, city, items, ...rest }: OrderInput): boolean {
  return (
    Number.isInteger(count) &&
    count >= 1 &&
    count <= 10 &&
    (city === undefined || city === null || (typeof city === 'string' && city.length <= 20)) &&
    Array.isArray(items) &&
    items.length <= 3 &&
    items.every(
      (item) =>
        item instanceof ItemInput &&
        typeof item.name === 'string' &&
        item.name.length <= 20 &&
        Object.keys(item).length === 1,
    ) &&
    Object.keys(rest).length === 0
  );
}

describe('the tools under attack', () => {
  let besieged: BesiegedSystem;
  let witness: Witness;
  let line: Line;
  let count = 0;
  beforeAll(async () => {
    besieged = await BesiegedSystem.start({}, [ShopModule]);
    witness = await besieged.witness();
    line = await besieged.openLine();
  });
  afterAll(() => besieged.stop());

  it(
    'answer each call in words, and run on nothing but what their rules allow',
    () =>
      assail(INPUTS.tools, AT_ONCE, fc.oneof(spoilt(GOOD), nastyValue, fc.constant(GOOD)), async (inputs) => {
        const ids = inputs.map((parameters) => {
          count += 1;
          const call = {
            tool_name: 'order',
            tool_call_id: `call ${count}`,
            parameters,
            expects_response: true,
            event_id: 1,
          };
          line.talk.says({ type: 'client_tool_call', client_tool_call: call });
          return call.tool_call_id;
        });
        await line.talk.until(({ heard }) =>
          ids.every((id) => heard.some(({ tool_call_id: of }) => of === id)),
        );
        const results = line.talk.heard.filter(
          ({ tool_call_id: of }) => of !== undefined && ids.includes(of),
        );
        expect(results).toHaveLength(ids.length);
        // Anything but text ends the session at ElevenLabs.
        expect(results.every(({ result }) => typeof result === 'string')).toBe(true);
        expect(seen.filter((input) => !isAsItShouldBe(input))).toEqual([]);
      }),
    LIMIT_MS,
  );

  it('have run on what was right, and harmed nobody', async () => {
    expect(seen.length).toBeGreaterThan(INPUTS.tools / 20);
    await expectUnharmed(besieged, witness, 2);
  });
});
