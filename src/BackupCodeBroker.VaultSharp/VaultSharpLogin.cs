using System.Globalization;
using System.Net.Security;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;
using BackupCodeBroker.Vault.Wire;
using VaultSharp;
using VaultSharp.Core;
using VaultSharp.V1.AuthMethods;
using VaultSharp.V1.AuthMethods.Token;
using VaultSharp.V1.Commons;
using BrokerClient = BackupCodeBroker.Vault.VaultClient;
using LibraryClient = VaultSharp.VaultClient;

namespace BackupCodeBroker.VaultSharp;

/// <summary>
/// One log-in by the library: a client is made for it, over the broker's own kind of connections (TLS as configured, no proxy, no redirects), asked for a token
/// and thrown away. Exceptions of the library carry whole answers, so of theirs nothing is repeated but the status, and Vault's error texts where they hold nothing that was shown to it.
/// </summary>
internal sealed class VaultSharpLogin(LibraryLoginSettings settings, LoginKind kind, VaultSettings names, TimeProvider time) : ILoginMethod
{
    /// <inheritdoc/>
    public bool OwnsToken => kind.OwnsToken;

    /// <inheritdoc/>
    public async Task<Obtained> ObtainAsync(VaultCall call)
    {
        using var parameters = LoginParameters.Read(kind, settings, out var why);
        if (parameters is null)
        {
            return new Obtained.Nothing(why);
        }

        using var connections = Connections(parameters);
        using var carrying = new CarryingHandler(connections, call.TraceParent, names.CallTimeout, time, call.Cancellation);
        using var http = new HttpClient(carrying, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            return await LogInAsync(kind.Make(parameters), http, parameters.Mount).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (call.Cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception failed) when (failed is not OutOfMemoryException)
        {
            return new Obtained.Nothing(Describe(failed, carrying, parameters));
        }
    }

    private async Task<Obtained> LogInAsync(IAuthMethodInfo method, HttpClient http, string mount)
    {
        var client = new LibraryClient(new VaultClientSettings(names.Address, method)
        {
            Namespace = names.Namespace,
            MyHttpClientProviderFunc = _ => http,
            UseVaultTokenHeaderInsteadOfAuthorizationHeader = true,
        });
        await client.V1.Auth.PerformImmediateLogin().ConfigureAwait(false);
        var auth = method.ReturnedLoginAuthInfo ?? await FromTokenAsync(client, method).ConfigureAwait(false);
        return VaultToken.TryParse(auth.ClientToken, out _) switch
        {
            null => new Obtained.Nothing($"auth/{mount} gave no token that can be used"),
            { IsBatch: true } => new Obtained.Nothing($"auth/{mount} gives batch tokens, which can have no children: set the token_type of its role to service"),
            var token => new Obtained.Token(token, auth.ClientTokenAccessor ?? "", TimeSpan.FromSeconds(auth.LeaseDurationSeconds), auth.Renewable),
        };
    }

    /// <summary>A token that was given is no log-in: what is known of it Vault says.</summary>
    private static async Task<AuthInfo> FromTokenAsync(LibraryClient client, IAuthMethodInfo method)
    {
        var known = (await client.V1.Auth.Token.LookupSelfAsync().ConfigureAwait(false)).Data;
        return new AuthInfo
        {
            ClientToken = ((TokenAuthMethodInfo)method).VaultToken,
            ClientTokenAccessor = known.Accessor,
            LeaseDurationSeconds = known.TimeToLive,
            Renewable = known.Renewable,
        };
    }

    private SocketsHttpHandler Connections(LoginParameters parameters)
    {
        var handler = (SocketsHttpHandler)BrokerClient.CreateHandler(names);
        if (parameters.Certificate is { } certificate)
        {
            (handler.SslOptions ??= new SslClientAuthenticationOptions()).ClientCertificates = [certificate];
        }

        if (kind.Name == "kerberos")
        {
            (handler.Credentials, handler.PreAuthenticate) = (System.Net.CredentialCache.DefaultCredentials, true);
        }

        return handler;
    }

    private string Describe(Exception failed, CarryingHandler carrying, LoginParameters parameters) => failed switch
    {
        VaultApiException refused when carrying.Answered is { } status => Refused((int)status, parameters) + Reason(refused, parameters),
        HttpRequestException => "Vault cannot be reached",
        OperationCanceledException => "Vault did not answer in time",
        _ => $"the log-in at auth/{parameters.Mount} by {kind.Name} failed in the library ({failed.GetType().Name})",
    };

    // Vault's own words, unless they hold what was shown to it; the exception's message is the whole body and is not looked at.
    private static string Reason(VaultApiException refused, LoginParameters parameters) =>
        string.Join("; ", refused.ApiErrors ?? []) is { Length: > 0 } text && !parameters.AreIn(text) ? ": " + Printable.Line(text) : "";

    private string Refused(int status, LoginParameters parameters) => status switch
    {
        503 => "Vault is sealed, or has no active node",
        429 => "a rate limit of Vault was reached",
        400 or 403 or 404 or 500 => string.Create(
            CultureInfo.InvariantCulture,
            $"Vault refuses the log-in at auth/{parameters.Mount} by {kind.Name} ({status})"),
        _ => string.Create(CultureInfo.InvariantCulture, $"Vault answered {status} to the log-in at auth/{parameters.Mount} by {kind.Name}"),
    };
}
