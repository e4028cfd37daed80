-- title: Roles assumed through identity providers
-- why: Shows which providers and which of their users open which roles: a new provider is a new door.
-- controls: PCI DSS 8.2.1, HIPAA 164.312(d), SOC 2 CC6.1
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventName AS action,
       coalesce(userIdentity.identityProvider,
                userIdentity.sessionContext.webIdFederationData.federatedProvider,
                element_at(requestParameters, 'principalArn')) AS provider,
       userIdentity.userName AS provider_user,
       element_at(requestParameters, 'roleArn') AS role,
       count(*) AS times,
       count(errorCode) AS refused,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 'sts.amazonaws.com'
  AND eventName IN ('AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity')
GROUP BY 1, 2, 3, 4
ORDER BY times DESC
