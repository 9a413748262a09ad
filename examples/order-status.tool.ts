/**
 * A tool in one file: tells an agent where an order is. Not part of the service; a test compiles and runs it, so that it stays
 * true. In a project it would live under `src/`, be listed among the providers of a module, and ask a real system.
 */
import { Matches } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import type { ToolScope } from '../src/core/tool/tool.js';
import { IndependentTool, Tool, ToolFailure } from '../src/tools/tool.decorator.js';

export class OrderStatusInput {
  @JSONSchema({ description: 'Number of the order: four digits.' })
  @Matches(/^\d{4}$/, { message: 'expected four digits' })
  orderNumber!: string;
}

@Tool({
  name: 'order_status',
  description:
    'Tells where an order is. Call it when the caller asks about an order and has given its number.',
  input: OrderStatusInput,
  timeoutMs: 5000,
})
export class OrderStatusTool extends IndependentTool<OrderStatusInput> {
  async run({ orderNumber }: OrderStatusInput, { signal }: ToolScope): Promise<object> {
    const response = await fetch(`https://shop.example.com/orders/${orderNumber}`, { signal });
    if (response.status === 404)
      throw new ToolFailure(`There is no order ${orderNumber}. Ask for the number again.`);
    if (!response.ok)
      throw new ToolFailure('The order system is down. Offer to call back.', { outage: true });
    return (await response.json()) as object;
  }
}
