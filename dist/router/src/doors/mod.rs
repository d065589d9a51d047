//! The ways in, and what feeds the core: everything that touches a socket.
