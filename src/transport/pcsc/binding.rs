//! The border to the binding: every call into it goes through [`call`], every status it knows becomes a
//! [`TransportError`].
//!
//! The binding panics in debug builds on a status that it does not know, and on a protocol that no card uses. Such a
//! panic ends here as [`TransportError::Binding`]; its message still reaches the caller's panic hook. (In a program
//! built with `panic = "abort"` nothing can be caught.)

use crate::error::TransportError;
use ::pcsc::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Calls into the binding and hands out its error, or the panic, as a typed one.
pub(super) fn call<T>(ask: impl FnOnce() -> Result<T, Error>) -> Result<T, TransportError> {
    match catch_unwind(AssertUnwindSafe(ask)) {
        Ok(answer) => answer.map_err(from_status),
        Err(_) => Err(TransportError::Binding),
    }
}

/// What a status of the PC/SC service means for the caller.
fn from_status(status: Error) -> TransportError {
    match status {
        Error::RemovedCard | Error::NoSmartcard => TransportError::CardRemoved,
        Error::ResetCard => TransportError::CardReset,
        Error::UnresponsiveCard | Error::UnpoweredCard | Error::NotReady | Error::Timeout => {
            TransportError::CardUnresponsive
        }
        Error::CommError | Error::CommDataLost | Error::NotTransacted => TransportError::Communication,
        Error::NoReadersAvailable => TransportError::NoReader,
        Error::UnknownReader => TransportError::UnknownReader,
        Error::ReaderUnavailable => TransportError::ReaderGone,
        Error::SharingViolation | Error::ServerTooBusy => TransportError::Busy,
        // A handle or a context is invalid once the service that made it is gone.
        Error::NoService
        | Error::ServiceStopped
        | Error::InvalidHandle
        | Error::Shutdown
        | Error::SystemCancelled
        | Error::Cancelled => TransportError::NoService,
        Error::SecurityViolation | Error::NoAccess => TransportError::Denied,
        Error::ProtoMismatch
        | Error::UnsupportedCard
        | Error::CardUnsupported
        | Error::UnknownCard
        | Error::InvalidAtr => TransportError::NotSmartCard,
        Error::InsufficientBuffer | Error::PciTooSmall => TransportError::TooLong,
        other => TransportError::Service(number(other)),
    }
}

#[expect(clippy::as_conversions, reason = "the enumeration is the 32-bit status itself, and offers no other way")]
fn number(status: Error) -> u32 {
    status as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hands_out_what_the_binding_answers() {
        assert_eq!(call(|| Ok(7)), Ok(7));
    }

    #[test]
    fn a_panic_of_the_binding_is_an_error() {
        let answer = call(|| -> Result<(), Error> { panic!("a status that the binding does not know") });
        assert_eq!(answer, Err(TransportError::Binding));
    }

    #[test]
    fn each_loss_has_its_own_error() {
        let expected = [
            (Error::RemovedCard, TransportError::CardRemoved),
            (Error::NoSmartcard, TransportError::CardRemoved),
            (Error::ResetCard, TransportError::CardReset),
            (Error::UnresponsiveCard, TransportError::CardUnresponsive),
            (Error::Timeout, TransportError::CardUnresponsive),
            (Error::CommError, TransportError::Communication),
            (Error::NoReadersAvailable, TransportError::NoReader),
            (Error::UnknownReader, TransportError::UnknownReader),
            (Error::ReaderUnavailable, TransportError::ReaderGone),
            (Error::SharingViolation, TransportError::Busy),
            (Error::NoService, TransportError::NoService),
            (Error::ServiceStopped, TransportError::NoService),
            (Error::InvalidHandle, TransportError::NoService),
            (Error::SecurityViolation, TransportError::Denied),
            (Error::NoAccess, TransportError::Denied),
            (Error::ProtoMismatch, TransportError::NotSmartCard),
            (Error::UnsupportedCard, TransportError::NotSmartCard),
            (Error::InsufficientBuffer, TransportError::TooLong),
        ];
        for (status, error) in expected {
            assert_eq!(call::<()>(|| Err(status)), Err(error.clone()), "{status:?}");
            assert!(!error.remedy().is_empty());
        }
    }

    #[test]
    fn a_status_without_a_meaning_of_its_own_keeps_its_number() {
        assert_eq!(call::<()>(|| Err(Error::NoMemory)), Err(TransportError::Service(0x8010_0006)));
        assert_eq!(call::<()>(|| Err(Error::InternalError)), Err(TransportError::Service(0x8010_0001)));
    }
}
