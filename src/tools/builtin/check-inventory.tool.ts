/**
 * Asks a stock service over HTTP: the example of a tool that does real work.
 */
import { IsNotEmpty, IsString, MaxLength } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Environment } from '../../config/environment.js';
import type { ToolScope } from '../../core/tool/tool.js';
import { ToolHttp } from '../../outward/tool-http.js';
import { IndependentTool, Tool, ToolFailure } from '../tool.decorator.js';

export class CheckInventoryInput {
  @JSONSchema({ description: 'The item that the caller asks for, in the words of the caller.' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  item!: string;
}

@Tool({
  name: 'check_inventory',
  description: 'Tells whether an item is in stock, how many there are, and what it costs.',
  input: CheckInventoryInput,
  timeoutMs: 6000,
  // Without a stock service an agent would only be led to promise what it cannot look up.
  enabled: ({ INVENTORY_API_URL }) => INVENTORY_API_URL !== undefined,
})
export class CheckInventoryTool extends IndependentTool<CheckInventoryInput> {
  constructor(
    private readonly environment: Environment,
    private readonly http: ToolHttp,
  ) {
    super();
  }

  async run({ item }: CheckInventoryInput, { signal }: ToolScope): Promise<string> {
    const { INVENTORY_API_URL } = this.environment;
    if (INVENTORY_API_URL === undefined)
      throw new ToolFailure('The stock cannot be checked: no stock service is configured.');
    const address = new URL(INVENTORY_API_URL);
    address.searchParams.set('item', item);
    const { status, text } = await this.http.request(address, {
      signal,
      headers: { accept: 'application/json' },
      // The operator's own address, which may well be next door.
      trusts: [INVENTORY_API_URL],
    });
    if (status === 404) throw new ToolFailure(`The stock service does not know "${item}".`);
    if (status !== 200)
      throw new ToolFailure('The stock service did not answer properly. Offer to call back.', {
        outage: true,
      });
    return text;
  }
}
