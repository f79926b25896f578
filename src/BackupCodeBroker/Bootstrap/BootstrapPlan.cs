namespace BackupCodeBroker.Bootstrap;

/// <summary>
/// What has to stand in Vault for the broker, in the order in which it is made. The audited header comes first: from then on Vault's audit log shows
/// the run's trace. The state comes last of what is in Vault: until it is there, the broker refuses everything.
/// </summary>
internal static class BootstrapPlan
{
    /// <summary>The steps of a run.</summary>
    public static IReadOnlyList<BootstrapStep> For(BootstrapSession session, BootstrapOptions options, BootstrapDocuments documents)
    {
        var engines = new EngineSteps(session);
        var policies = new PolicySteps(session, options.PolicyPrefix);
        var roles = new RoleSteps(session);
        var decoy = new DocumentSteps(session, documents);

        var documentMount = engines.DocumentMount();
        var documentConfig = engines.DocumentConfig(documentMount);
        var transit = engines.TransitMount();
        var login = LogIn(session, options, roles).ToList();
        var identityRole = roles.IdentityRole();
        var alias = decoy.Alias(identityRole);

        return
        [
            engines.AuditedHeader(),
            documentMount,
            documentConfig,
            engines.AskMount(),
            transit,
            engines.Pepper(transit),
            .. policies.All(),
            identityRole,
            roles.SweeperRole(),
            .. login.Take(login.Count - 1),
            .. options.Recoveries ? [new RecoverySteps(session).Mount()] : Array.Empty<BootstrapStep>(),
            login[^1],
            alias,
            decoy.Document(documentMount, alias),
            decoy.State(documentMount, documentConfig),
            .. Credentials(session, options, login[^1]),
        ];
    }

    // One log-in: where the broker has no use for secret-ids, there is no role that takes them.
    private static IEnumerable<BootstrapStep> LogIn(BootstrapSession session, BootstrapOptions options, RoleSteps roles)
    {
        string[] recovery = options.Recoveries ? [ShippedPolicies.NameOf(ShippedPolicies.Recovery, options.PolicyPrefix)] : [];
        string[] policies = [session.Settings.AppRoleName, .. recovery];
        if (options.Login.ByJwt is { } jwt)
        {
            return new JwtRoleSteps(session, jwt, policies, options.Bounds).All();
        }

        var appRole = roles.AppRoleMount();
        return [appRole, roles.BrokerRole(appRole, policies)];
    }

    private static IEnumerable<BootstrapStep> Credentials(BootstrapSession session, BootstrapOptions options, BootstrapStep brokerRole) =>
        options.CredentialsDirectory is { } folder && options.Login.ByJwt is null ? new CredentialSteps(session, new(folder)).All(brokerRole) : [];
}
