"""A Stripe-shaped server on the loopback: real request contract, own books, faults on demand.

The contract (which parameters a call takes, of which type) is read from the installed ``stripe``
package. Behaviour is a small stateful fake that keeps its own books, so that tests can compare
ours with them to the cent. It proves nothing about Stripe itself.
"""
