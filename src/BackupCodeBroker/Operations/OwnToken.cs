using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;

namespace BackupCodeBroker.Operations;

/// <summary>
/// The broker's own token as operations take it. Where Vault says that it is not valid any more, log-in is told at once: a token that somebody revoked
/// must not stay in use until its renewal is due.
/// </summary>
internal sealed class OwnToken(BrokerSession session)
{
    /// <summary>The token and its generation; a fault while there is none.</summary>
    public SessionState.LoggedIn Take() => session.State switch
    {
        SessionState.LoggedIn logged => logged,
        SessionState.LoggedOut none => throw new BrokerFaultException(FaultKind.NotReady, none.Why),
        _ => throw new BrokerFaultException(FaultKind.NotReady, "the broker has no Vault token"),
    };

    /// <summary>The fault of a call that Vault denied to the token.</summary>
    /// <param name="used">What <see cref="Take"/> gave.</param>
    /// <param name="why">What Vault said.</param>
    /// <param name="what">What the token was needed for, after "Vault refuses the broker's own token".</param>
    public BrokerFaultException Denied(SessionState.LoggedIn used, VaultDenial? why, string what)
    {
        if (why == VaultDenial.InvalidToken)
        {
            session.Doubt(used.Generation);
            return new BrokerFaultException(FaultKind.Unavailable, "the broker's own token is not valid any more; it logs in again");
        }

        return new BrokerFaultException(FaultKind.NotReady, $"Vault refuses the broker's own token {what}: run `bcb bootstrap --check`");
    }
}
