import { createRowMaker, orderRow, positionRow, providerOrder } from '../testing/command-rows.ts';
import { openTestStore, type TestStore } from '../testing/test-store.ts';

let test: TestStore;
const maker = createRowMaker();
beforeEach(async () => {
  test = await openTestStore();
});
afterEach(() => test.store.close());

const remove = (symbol: string) =>
  test.admin(`delete from provider_instruments where provider = 'lp-a' and symbol = '${symbol}'`);
const rename = (name: string) =>
  test.admin(`update provider_instruments set provider_symbol = '${name}' where provider = 'lp-a' and symbol = 'EURUSD'`);

describe('a symbol of a provider', () => {
  it('stays listed, under its name, while an order in flight there is reported on by it', async () => {
    const [account] = await test.accounts(1);
    await test.store.commitBatch(test.epoch, [providerOrder(maker, account!, 'k')]);
    const refused = /^EURUSD must stay listed at lp-a as ".*": 1 orders in flight and 0 open positions need it/;
    await expect(remove('EURUSD')).rejects.toThrow(refused);
    await expect(rename('EUR-USD')).rejects.toThrow(refused);
    await expect(
      test.admin(
        "update provider_instruments set provider = 'lp-b', provider_symbol = 'other' where provider = 'lp-a' and symbol = 'EURUSD'",
      ),
    ).rejects.toThrow(refused);
    await remove('GBPUSD');
    await test.admin("update orders set status = 'rejected'");
    await rename('EUR-USD');
    await remove('EURUSD');
  });

  it('stays listed while a position is open that is to be closed there; by a new name it can be too', async () => {
    const [account] = await test.accounts(1);
    const command = providerOrder(maker, account!, 'k');
    const order = orderRow(maker, account!, { ...command.newOrders[0]!, status: 'filled' });
    await test.store.commitBatch(test.epoch, [{ ...command, newOrders: [order], newPositions: [positionRow(maker, order)] }]);
    await test.admin('update positions set open_volume_e8 = 10000000');
    await expect(remove('EURUSD')).rejects.toThrow('0 orders in flight and 1 open positions need it');
    await rename('EUR-USD');
    await test.admin('update positions set open_volume_e8 = 0');
    await remove('EURUSD');
  });
});
