// The template is a working strategy: it passes the contract under its own name.
import "../template/test/contract.test.js";
