// The template passes the contract as it stands, under its own name.
import "../template/test/contract.test.js";
