using System.Globalization;

namespace BackupCodeBroker.Vault.Login;

/// <summary>
/// Log-in by a JWT: a pod's service account (Kubernetes) or any other that Vault can verify. The file is read anew at each log-in, because whoever keeps
/// it replaces the JWT long before it ends; a token that Vault gave for an earlier one stays good, so a new JWT alone is no reason to log in.
/// Vault says little about a JWT that it does not take, and Kubernetes nothing at all: what the JWT says of its own end is added, for people.
/// </summary>
internal sealed class JwtLogin(JwtLoginSettings settings, VaultClient vault, TimeProvider time) : ILoginMethod
{
    /// <inheritdoc/>
    public bool OwnsToken => true;

    /// <inheritdoc/>
    public async Task<Obtained> ObtainAsync(VaultCall call)
    {
        if (SecretFile.Read(settings.File, out var why, ServiceJwt.MaxLength) is not { } text)
        {
            return new Obtained.Nothing(why);
        }

        if (ServiceJwt.TryParse(text, out var error) is not { } jwt)
        {
            return new Obtained.Nothing($"'{settings.File}': {error}");
        }

        return await vault.LoginJwtAsync(settings.Mount, settings.Role, jwt, call).ConfigureAwait(false) switch
        {
            JwtAnswer.LoggedIn({ Token.IsBatch: true }) => new Obtained.Nothing(
                $"role '{settings.Role}' of auth/{settings.Mount} gives batch tokens, which can have no children: set its token_type to service"),
            JwtAnswer.LoggedIn(var login) => new Obtained.Token(login.Token, login.Accessor, login.Lease, login.Renewable),
            JwtAnswer.Refused(var reason) => new Obtained.Nothing(reason + Ended(jwt)),
            JwtAnswer.Faulted(var fault) => new Obtained.Nothing(fault.Describe()),
            _ => throw new InvalidOperationException("a log-in's answer is of no known kind"),
        };
    }

    private string Ended(ServiceJwt jwt) => jwt.Expires is { } end && end <= time.GetUtcNow()
        ? string.Create(CultureInfo.InvariantCulture, $" (the JWT in '{settings.File}' ended at {end.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}: nobody has replaced it)")
        : "";
}
