//! The boundary to Python: one class, JSON in, text out. Documented in docs/route-boundary.md.

use pyo3::prelude::*;

#[pymodule]
fn _core(_module: &Bound<'_, PyModule>) -> PyResult<()> {
    Ok(())
}
