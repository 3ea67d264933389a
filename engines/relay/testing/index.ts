/** What benchmarks and other rooms' tests may use of the relay besides its public interface. */
export { ModelForwarder } from './model.ts'
