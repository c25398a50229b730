// Integration tests race real servers and processes on machines of unknown load. One that fails is tried once more, and the
// first failure is printed all the same: it is a fault to be mended, not to be hidden.
import.meta.jest.retryTimes(1, { logErrorsBeforeRetry: true });
