import { Expiries } from './expiries.ts';

const START_MS = 1_767_612_200_300;

describe('what ends at a time', () => {
  it('is taken when the time has come, to the millisecond, and once', () => {
    const expiries = new Expiries(START_MS);
    expiries.put('soon', START_MS + 5);
    expiries.put('later', START_MS + 3_000);
    expect(expiries.take(START_MS + 4)).toEqual([]);
    expect(expiries.take(START_MS + 5)).toEqual(['soon']);
    expect(expiries.take(START_MS + 2_999)).toEqual([]);
    expect(expiries.take(START_MS + 90_000)).toEqual(['later']);
    expect(expiries.size).toBe(0);
  });

  it('is taken at once when its time was over before it was put', () => {
    const expiries = new Expiries(START_MS);
    expiries.take(START_MS + 10_000);
    expiries.put('old', START_MS - 86_400_000);
    expect(expiries.take(START_MS + 10_000)).toEqual(['old']);
  });

  it('ends when it was put to end last, and never when it was removed', () => {
    const expiries = new Expiries(START_MS);
    expiries.put('moved', START_MS + 1_000);
    expiries.put('moved', START_MS + 2_000);
    expiries.put('removed', START_MS + 1_000);
    expiries.remove('removed');
    expect(expiries.take(START_MS + 1_999)).toEqual([]);
    expect(expiries.take(START_MS + 2_000)).toEqual(['moved']);
  });

  it('is not missed by a clock that is set back', () => {
    const expiries = new Expiries(START_MS);
    expiries.put('it', START_MS + 500);
    expiries.take(START_MS + 400);
    expiries.take(START_MS - 5_000);
    expect(expiries.take(START_MS + 500)).toEqual(['it']);
  });
});
