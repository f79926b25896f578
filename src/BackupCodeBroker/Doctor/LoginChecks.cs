using System.Globalization;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;

namespace BackupCodeBroker.Doctor;

/// <summary>The JWT that the broker shows Vault, where it has one and this machine is the broker's. Nothing is sent: a log-in would leave a token behind.</summary>
internal static class LoginChecks
{
    /// <summary>The check, or nothing where the broker logs in otherwise.</summary>
    public static IEnumerable<CheckReport> Of(DoctorOptions options, DateTimeOffset now) =>
        options.Login.ByJwt is { } login ? [new CheckReport(DoctorChecks.LoginJwt, login.File, Look(login, now))] : [];

    private static CheckResult Look(JwtLoginSettings login, DateTimeOffset now)
    {
        if (!File.Exists(login.File))
        {
            return new CheckResult.NotChecked("the file is not on this machine");
        }

        if (SecretFile.Read(login.File, out var why, ServiceJwt.MaxLength) is not { } text)
        {
            return Wrong(why);
        }

        return ServiceJwt.TryParse(text, out var error) switch
        {
            null => Wrong(error),
            { Expires: { } end } when end <= now => Wrong(string.Create(CultureInfo.InvariantCulture, $"it ended at {end.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}")),
            { Expires: { } end } => new CheckResult.Ok(string.Create(CultureInfo.InvariantCulture, $"ends at {end.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}")),
            _ => new CheckResult.Ok("does not say when it ends"),
        };
    }

    private static CheckResult.Finding Wrong(string what) => new(
        Severity.Error, what, "the broker cannot log in with it", new Remedy("see that whoever keeps the file puts a JWT there before the last one ends"));
}
