using BackupCodeBroker.Vault.Login;

namespace BackupCodeBroker.Vault;

/// <summary>Registers what the rest of the broker gets from this folder.</summary>
internal static class VaultServices
{
    /// <summary>The client; <paramref name="handler"/> takes the place of real connections, to count calls or to make them fail.</summary>
    public static IServiceCollection AddVaultClient(
        this IServiceCollection services, VaultSettings settings, Func<HttpMessageHandler>? handler = null) =>
        services
            .AddSingleton(settings)
            .AddSingleton(provider => new VaultClient(settings, provider.GetRequiredService<TimeProvider>(), handler));

    /// <summary>The broker's own log-in in the background, and the session that it keeps.</summary>
    public static IServiceCollection AddBrokerLogin(this IServiceCollection services, LoginSettings settings) =>
        services
            .AddSingleton(settings)
            .AddSingleton<BrokerSession>()
            .AddHostedService<BrokerLogin>();
}
